/** Krizhevsky, Sutskever & Hinton, NIPS 2012, section 3.3: α is not divided by n. VGG and Chatfield's CNN-M took it over. */
export const KRIZHEVSKY_LRN = { kind: 'lrn', size: 5, kappa: 2, alpha: 1e-4, beta: 0.75 } as const;

/** Caffe's reference models: `alpha: 1e-4` is divided by the 5 neighbours, and k is 1. */
export const CAFFE_LRN = { kind: 'lrn', size: 5, kappa: 1, alpha: 2e-5, beta: 0.75 } as const;
