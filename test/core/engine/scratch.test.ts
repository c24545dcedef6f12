import { test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { traceStep, createCpuExecutor } from '/work/main/engine/mod.ts';
const B=4;
export const step:any={name:'demo',signature:{state:{w1:{shape:[3,3,1,8],dtype:'float32'},b1:{shape:[8],dtype:'float32'},w2:{shape:[14*14*8,10],dtype:'float32'}},batch:{x:{shape:[B,28,28,1],dtype:'float32'},y:{shape:[B],dtype:'int32'}},scalars:['lr'],noise:{}},
 run:({state,batch,scalars}:any)=>{
  const f=(w1:any,b1:any,w2:any)=>{let a:any=tf.relu(tf.add(tf.conv2d(batch.x,w1,1,'same'),b1));a=tf.maxPool(a,2,2,'valid');const l=tf.matMul(tf.reshape(a,[B,-1]),w2);return tf.losses.softmaxCrossEntropy(tf.oneHot(batch.y,10),l);};
  const names=['w1','b1','w2'];
  const {value,grads}=tf.valueAndGrads(f as any)(names.map(n=>state[n]));
  return {state:Object.fromEntries(names.map((n,i)=>[n,tf.sub(state[n],tf.mul(grads[i]!,scalars.lr))])),metrics:{loss:value}};
 }};
test('x',async()=>{
 for(let i=0;i<4;i++){const t=performance.now();const g=traceStep(step);console.log(g.nodes.length,performance.now()-t,tf.memory().numTensors,tf.memory().numDataBuffers);
 if(i==3)console.log(g.nodes.map((n,i)=>i+' '+JSON.stringify(n.operation).slice(0,100)+n.inputs+' '+n.shape).join('\n'));}
 const e=createCpuExecutor();const c=await e.compile(step);
 const r=(s:number[])=>({shape:s,data:Float32Array.from({length:s.reduce((a,b)=>a*b,1)},()=>Math.random()-.5)});
 const st=e.createState({w1:r([3,3,1,8]),b1:r([8]),w2:r([14*14*8,10])});
 for(let i=0;i<5;i++)console.log((await c.run(st,{batch:{x:r([B,28,28,1]),y:{shape:[B],data:Int32Array.of(1,2,3,4)}},scalars:{lr:.1},noise:{}})).loss);
 console.log(tf.memory());
});
