using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Tensors;

[Trait(Suite.Name, Suite.Kernels)]
public sealed class PhiloxTests
{
    /// <summary>The published answers for "philox4x32 10": github.com/DEShawResearch/random123, tests/kat_vectors.</summary>
    [Theory]
    [InlineData(
        new uint[] { 0, 0, 0, 0 }, new uint[] { 0, 0 },
        new uint[] { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 })]
    [InlineData(
        new uint[] { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, new uint[] { 0xffffffff, 0xffffffff },
        new uint[] { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd })]
    [InlineData(
        new uint[] { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, new uint[] { 0xa4093822, 0x299f31d0 },
        new uint[] { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 })]
    public void Block_PublishedCounterAndKey_GivesPublishedAnswer(uint[] counter, uint[] key, uint[] answer)
    {
        (ulong low, ulong high) = Philox.Block(Words(key, 0), Words(counter, 0), Words(counter, 2));

        Assert.Equal((Words(answer, 0), Words(answer, 2)), (low, high));
    }

    private static ulong Words(uint[] words, int first) => words[first] | (ulong)words[first + 1] << 32;
}
