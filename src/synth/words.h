/* words.h - the codes that the model writes, each with a small number: what is made is kept as numbers and becomes text once, in a file or a dictionary.
 *
 * The words below are compiled in; those of synth.yaml (crops, items, units, peoples) follow them, in the model's table. */
#ifndef SYNTH_WORDS_H
#define SYNTH_WORDS_H

/* Relations first, in the order of enum relation (household.h). */
#define WORDS(X)                                                                                                                \
  X(head) X(spouse) X(son) X(daughter) X(daughter_in_law) X(grandson) X(granddaughter) X(father) X(mother) X(brother) X(sister) \
  X(other) X(never) X(registered) X(exited) X(returned) X(general) X(dibao) X(tekun) X(illness) X(disability) X(no_labour)      \
  X(schooling) X(disaster) X(no_land) X(transport) X(no_skill) X(no_funds) X(motivation) X(none) X(earth_wood) X(brick_wood)    \
  X(brick_concrete) X(frame) X(A) X(B) X(C) X(D) X(hard) X(gravel) X(dirt) X(firewood) X(coal) X(clean) X(female) X(male)       \
  X(primary) X(junior) X(senior) X(college) X(university) X(no) X(preschool) X(grade7) X(grade8) X(grade9) X(senior1)           \
  X(senior2) X(senior3) X(vocational1) X(vocational2) X(vocational3) X(college1) X(college2) X(college3) X(university1)         \
  X(university2) X(university3) X(university4) X(weary) X(healthy) X(chronic) X(serious) X(disabled) X(ordinary) X(skilled)     \
  X(weak) X(lost) X(pension_payment) X(dibao_payment) X(farm_support) X(wage) X(wage_away) X(transfer_other) X(rate) X(receipt) \
  X(measured) X(statement)

enum word {
#define X(name) WORD_##name,
  WORDS(X)
#undef X
  WORD_COUNT
};

#define WORDS_MAX 250u /* with those of synth.yaml: a word fits a byte */

#endif
