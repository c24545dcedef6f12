import * as tf from '@tensorflow/tfjs-core';
import type { LossName } from '../../../core/catalogue/losses.ts';

/**
 * @param scores s, [batch, classes].
 * @param labels y, [batch, classes]: 1 for the classes of an image, 0 for the others, ½ for a class that does not count, as
 * VOC's difficult objects; the losses for images of several classes leave it out, the others are never given one.
 * @returns the mean over the batch, unless the loss says otherwise.
 */
export type Loss = (scores: tf.Tensor2D, labels: tf.Tensor2D) => tf.Scalar;

const mean = (perImage: tf.Tensor): tf.Scalar => tf.mean(perImage);
/** 1 for the classes that an image shows for sure, else 0. */
export const presentClasses = (labels: tf.Tensor2D): tf.Tensor2D => tf.step(tf.sub(labels, 0.75)) as tf.Tensor2D;
/** 1 for the classes that an image does not show for sure, else 0. */
const absentClasses = (labels: tf.Tensor2D): tf.Tensor2D => tf.step(tf.sub(0.25, labels)) as tf.Tensor2D;
/** max(0, 1 − y s), with y in {−1, 1}; 0 where a class does not count. */
const violations = (scores: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor => {
  const signs = tf.sub(presentClasses(labels), absentClasses(labels));
  return tf.relu(tf.sub(tf.abs(signs), tf.mul(signs, scores)));
};
const trueScores = (scores: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor => tf.sum(tf.mul(scores, labels), 1, true);

/** −log softmax(s)_y. */
const softmax: Loss = (scores, labels) => tf.losses.softmaxCrossEntropy(labels, scores) as tf.Scalar;

/** Σ_c max(0, 1 − y_c s_c): one-vs-rest support vector machines, also for images of several classes. */
const hinge: Loss = (scores, labels) => mean(tf.sum(violations(scores, labels), 1));

/** Σ_c max(0, 1 − y_c s_c)², the loss of liblinear's L2-SVM. */
const squaredHinge: Loss = (scores, labels) => mean(tf.sum(tf.square(violations(scores, labels)), 1));

/** Σ_{j≠y} max(0, s_j − s_y + 1) (Weston & Watkins, ESANN 1999); the SVM loss of CS231n. */
const westonWatkins: Loss = (scores, labels) => {
  const margins = tf.relu(tf.add(tf.sub(scores, trueScores(scores, labels)), 1));
  return mean(tf.sum(tf.mul(margins, tf.sub(1, labels)), 1));
};

/**
 * max_j (s_j + [j ≠ y]) − s_y (Crammer & Singer, JMLR 2, 2001). Of classes that share the maximum the lowest alone has the gradient:
 * tf.max would give all of it to each of them, which is the slope of nothing.
 */
const crammerSinger: Loss = (scores, labels) => {
  const [, classes] = scores.shape;
  const rivals = tf.add(scores, tf.sub(1, labels));
  const strongest = tf.oneHot(tf.argMax(rivals, 1) as tf.Tensor1D, classes, 1, 0, 'float32');
  return mean(tf.sub(tf.sum(tf.mul(rivals, strongest), 1, true), trueScores(scores, labels)));
};

/**
 * Σ_c Σ_{p∈P_c, n∈N_c} max(0, 1 − (s_pc − s_nc)) over the images of the batch with and without class c (one of which it does
 * not count is in neither), divided by the number of such pairs (Chatfield et al., BMVC 2014, eq. 3, there without the division): for average precision.
 */
const rankingHinge: Loss = (scores, labels) => {
  const [batch, classes] = scores.shape;
  const rows = (values: tf.Tensor): tf.Tensor => tf.reshape(values, [batch, 1, classes]);
  const columns = (values: tf.Tensor): tf.Tensor => tf.reshape(values, [1, batch, classes]);
  const pairs = tf.mul(rows(presentClasses(labels)), columns(absentClasses(labels)));
  const margins = tf.relu(tf.sub(1, tf.sub(rows(scores), columns(scores))));
  return tf.div(tf.sum(tf.mul(margins, pairs)), tf.maximum(tf.sum(pairs), 1));
};

export const LOSSES: Readonly<Record<LossName, Loss>> = {
  softmax,
  hinge,
  'squared-hinge': squaredHinge,
  'weston-watkins': westonWatkins,
  'crammer-singer': crammerSinger,
  'ranking-hinge': rankingHinge,
};
