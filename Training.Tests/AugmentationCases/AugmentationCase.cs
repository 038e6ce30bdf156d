using System.Reflection;
using CnnService.Training.Augmentations;
using CnnService.Training.Reference;
using CnnService.Training.Specs;

namespace CnnService.Training.Tests.AugmentationCases;

/// <summary>
/// What the tests need of one augmentation: how to draw one, and its definition. Every subclass is found, and takes part in all that
/// <see cref="AugmentationCaseTests"/> asks; an augmentation without a case fails the suite.
/// </summary>
internal abstract class AugmentationCase
{
    /// <summary>Numbers that <see cref="Draw"/> takes: from 0 to this one.</summary>
    public const int LastNumber = 11;

    /// <summary>All cases, in ordinal order of their names.</summary>
    public static IReadOnlyList<AugmentationCase> All { get; } = Cases.Find<AugmentationCase>(found => found.Name);

    /// <summary>The kind of augmentation.</summary>
    public abstract Type Kind { get; }

    /// <summary>The augmentation's name in JSON.</summary>
    public string Name => Kind.GetCustomAttribute<SpecNameAttribute>()!.Name;

    /// <summary>The SHA-256 of what the recorded training leaves behind, with the augmentation of number 5.</summary>
    public abstract string RecordedSha256 { get; }

    /// <summary>An augmentation of this kind, another one for each number.</summary>
    public abstract AugmentationSpec Draw(int number);

    /// <summary>The definition: the image (1, C, H, W) afterwards.</summary>
    public abstract Tensor4<double> Reference(AugmentationSpec augmentation, SightingChance chance, Tensor4<double> x);

    /// <summary>An image whose numbers are a function of where they stand.</summary>
    protected static Tensor4<double> Image(Tensor4<double> like, Func<int, int, int, double> at)
    {
        Tensor4<double> y = like.Zeros();
        for (int c = 0; c < like.C; c++)
            for (int i = 0; i < like.H; i++)
                for (int j = 0; j < like.W; j++) y[0, c, i, j] = at(c, i, j);
        return y;
    }
}
