/** Holds the documents to what the code does: their examples are read from the text and computed. */
package io.gabor.docs;
