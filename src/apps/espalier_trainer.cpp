// Placeholder until the trainer's main is written.
int main() { return 77; }
