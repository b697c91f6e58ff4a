/** Images that are changed at random for training: what may change, by how much, and the drawing of it. */
package io.gabor.data.augment;
