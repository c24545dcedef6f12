import { test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { printGraph,simplifyGraph,traceStep, createCpuExecutor, createOnnxExecutor } from '../../../engine/mod.ts';
const B=4;
const f32=(...shape:number[])=>({shape,dtype:'float32'});
const st:any={w1:f32(3,3,1,8),b1:f32(8),w2:f32(3,3,8,16),b2:f32(16),w3:f32(7*7*16,32),b3:f32(32),w4:f32(32,10),b4:f32(10)};
const names=Object.keys(st);
for(const n of names)st['v_'+n]=st[n];
export const step:any={name:'demo',signature:{state:st,batch:{x:f32(B,28,28,1),y:{shape:[B],dtype:'int32'}},scalars:['lr'],noise:{n:f32(B,32)}},
 run:({state,batch,scalars,noise}:any)=>{
  const f=(w1:any,b1:any,w2:any,b2:any,w3:any,b3:any,w4:any,b4:any)=>{
   let a:any=tf.relu(tf.add(tf.conv2d(batch.x,w1,1,'same'),b1));a=tf.localResponseNormalization(a,2,2,1e-1,.75);a=tf.maxPool(a,2,2,'valid');
   a=tf.relu(tf.add(tf.conv2d(a,w2,1,'same'),b2));a=tf.maxPool(a,2,2,'valid');
   a=tf.relu(tf.add(tf.matMul(tf.reshape(a,[B,-1]),w3),b3));
   a=tf.div(tf.mul(a,tf.cast(tf.greaterEqual(noise.n,.5),'float32')),.5);
   const l=tf.add(tf.matMul(a,w4),b4);return tf.losses.softmaxCrossEntropy(tf.oneHot(batch.y,10),l);};
  const {value,grads}=tf.valueAndGrads(f as any)(names.map(n=>state[n]));
  const out:any={};
  names.forEach((n,i)=>{const v=tf.sub(tf.mul(state['v_'+n],.9),tf.mul(scalars.lr,tf.add(grads[i]!,tf.mul(state[n],5e-4))));out['v_'+n]=v;out[n]=tf.add(state[n],v);});
  return {state:out,metrics:{loss:value}};
 }};
test('x',async()=>{
 const r=(s:number[],k=1)=>({shape:s,data:Float32Array.from({length:s.reduce((a,b)=>a*b,1)},()=>(Math.random()-.5)*k)});
 const init=Object.fromEntries(Object.entries(st).map(([n,s]:any)=>[n,r(s.shape,.2)]));
 const data=Array.from({length:3},()=>({batch:{x:r([B,28,28,1],2),y:{shape:[B],data:Int32Array.of(1,2,3,4)}},scalars:{lr:.1},noise:{n:{shape:[B,32],data:r([B,32]).data.map(v=>v+.5)}}}));
 const run=async(e:any)=>{const t=performance.now();const c=await e.compile(step);console.log('compile',performance.now()-t);const s=e.createState(init);for(const d of data)console.log((await c.run(s,d)).loss.data[0]);
  const o:any={};for(const n of s.names)o[n]=await s.read(n);await c.dispose();await e.dispose();return o;};
 const a=await run(createCpuExecutor()),b=await run(createOnnxExecutor({threads:1}));
 for(const n of Object.keys(a)){let m=0,u=0;a[n].data.forEach((v:number,i:number)=>{m=Math.max(m,Math.abs(v-b[n].data[i]));u=Math.max(u,Math.abs(v-init[n]!.data[i]!))});console.log(n,m/u);}
 console.log(tf.memory(),createOnnxExecutor({threads:1}).describe());
 console.log(printGraph(simplifyGraph(traceStep(step))))
});
