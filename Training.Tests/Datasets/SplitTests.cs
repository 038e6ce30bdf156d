using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using CsCheck;

namespace CnnService.Training.Tests.Datasets;

public sealed class SplitTests
{
    private static readonly int[] Balanced = [.. Enumerable.Range(0, 1000).Select(i => i % 10)];

    [Fact]
    public void Stratified_AnyLabels_TakesTheNearestShareOfEachClassAndOneAtLeast() =>
        Gen.Select(Gen.Int[0, 4].Array[1, 200], Gen.Double[0.01, 0.5], Gen.ULong).Sample((labels, fraction, seed) =>
        {
            int[] counts = [.. Enumerable.Range(0, 5).Select(label => labels.Count(l => l == label))];
            int[] shares = [.. counts.Select(count => Math.Max(Nearest(count * fraction), count < 2 ? 0 : 1))];
            if (shares.Sum() == 0)
            {
                Assert.Throws<InvalidInputException>(() => Split.Stratified(labels, 5, fraction, seed));
                Assert.Throws<InvalidInputException>(() => Split.TrainingImages(counts, fraction));
                return;
            }

            Split split = Split.Stratified(labels, 5, fraction, seed);
            Assert.Equal(split.Training.Length, Split.TrainingImages(counts, fraction));
            Assert.Equal(split.Training.Order(), split.Training);
            Assert.Equal(split.Validation.Order(), split.Validation);
            Assert.Equal(Enumerable.Range(0, labels.Length), split.Training.Concat(split.Validation).Order());
            Assert.Equal(shares, Enumerable.Range(0, 5).Select(label => split.Validation.Count(i => labels[i] == label)));
            Assert.All(labels, label => Assert.Contains(split.Training, i => labels[i] == label));
        });

    [Fact]
    public void Stratified_SameSeed_IsTheSameSplit()
    {
        Assert.Equal(Split.Stratified(Balanced, 10, 0.1, 7).Validation, Split.Stratified(Balanced, 10, 0.1, 7).Validation);
        Assert.NotEqual(Split.Stratified(Balanced, 10, 0.1, 7).Validation, Split.Stratified(Balanced, 10, 0.1, 8).Validation);
    }

    [Fact]
    public void Stratified_KnownSeed_IsPinned() => // from a separate program in Python: Philox, then the shuffle
        Assert.Equal([122, 405, 428, 440, 591, 593, 607, 639, 734, 756], Split.Stratified(Balanced, 10, 0.01, 1).Validation);

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.0099)]
    [InlineData(0.51)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Stratified_FractionOutOfRange_IsRefused(double fraction) =>
        Assert.Equal("validationFraction", Assert.Throws<InvalidInputException>(() => Split.Stratified(Balanced, 10, fraction, 1)).Part);

    [Fact]
    public void Stratified_NothingToValidateWith_SaysTheCounts()
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Split.Stratified([0, 1, 2, 3], 4, 0.1, 1));
        Assert.Equal("validationFraction", refused.Part);
        Assert.Contains("sets 0 of 4 images aside and leaves 4", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Stratified_NoImages_IsRefused() => Assert.Throws<InvalidInputException>(() => Split.Stratified([], 10, 0.1, 1));

    private static int Nearest(double share) => share - Math.Floor(share) > 0.5 ? (int)share + 1 : (int)share;
}
