using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// A convolution at work on groups of images: filters are packed once a pass, then each worker loads the images of a group and writes the outputs of
/// some blocks of filters. <see cref="ConvolutionAlgorithms"/> chooses one.
/// </summary>
internal abstract class ConvolutionAlgorithm(ConvolutionSize size, int filters)
{
    /// <summary>The convolution.</summary>
    public ConvolutionSize Size { get; } = size;

    /// <summary>F.</summary>
    public int Filters { get; } = filters;

    /// <summary>Images that are loaded together.</summary>
    public abstract int Group { get; }

    /// <summary>Filters of a block.</summary>
    public abstract int BlockFilters { get; }

    /// <summary>Blocks of filters, each of which can be written apart.</summary>
    public int Blocks => (Filters + BlockFilters - 1) / BlockFilters;

    /// <summary>Takes the filters w (F, C, HH, WW).</summary>
    public abstract void Pack(FloatBuffer parameters, int weightStart);

    /// <summary>Loads an image (C, H, W).</summary>
    public abstract void Load(int worker, int place, ReadOnlySpan<float> x);

    /// <summary>Writes the outputs of one block of filters for the first <paramref name="count"/> images that were loaded.</summary>
    public abstract void Write(int worker, int block, int count, in ConvolutionTarget output);
}

/// <summary>A convolution that can run backwards too, as the input's gradient of another one.</summary>
internal abstract class TurnableAlgorithm(ConvolutionSize size, int filters) : ConvolutionAlgorithm(size, filters)
{
    /// <summary>
    /// Takes filters w (C, F, HH, WW) for an input gradient: filters and channels change places, and rows and columns run backwards.
    /// </summary>
    public abstract void PackTurned(FloatBuffer parameters, int weightStart);

    /// <summary>
    /// Loads the gradient of the outputs of <paramref name="forward"/> for its input gradient: each number at the output that won its window, the
    /// convolution's stride apart, shifted by HH - 1 - padding; all else is 0.
    /// </summary>
    public abstract void Spread(int worker, int place, ConvolutionSize forward, ReadOnlySpan<float> gradient, ReadOnlySpan<byte> argmax);
}

/// <summary>Where outputs go, and what is done as they are written.</summary>
/// <param name="values">y, (N, F, OH, OW).</param>
/// <param name="first">The group's first image.</param>
/// <param name="argmax">Receives which pooling element each output came from, the first largest in row-major order; empty if nobody asks.</param>
/// <param name="bias">(F), or empty.</param>
/// <param name="relu">Whether negative outputs become 0.</param>
internal readonly ref struct ConvolutionTarget(FloatBuffer values, int first, byte[] argmax, ReadOnlySpan<float> bias, bool relu)
{
    private readonly ReadOnlySpan<float> bias = bias;

    /// <summary>Whether negative outputs become 0.</summary>
    public bool Relu => relu;

    /// <summary>Whether a bias is added.</summary>
    public bool HasBias => !bias.IsEmpty;

    /// <summary>The biases of some filters, 0 in the other lanes.</summary>
    public Vector512<float> BiasOf(int filter, int count) => bias.IsEmpty ? default : Elementwise.Load(bias.Slice(filter, count));

    /// <summary>The outputs of some filters for an image of the group.</summary>
    public Span<float> Planes(ConvolutionAlgorithm of, int image, int filter, int count) => values.Slice(Start(of, image, filter), count * Length(of));

    /// <summary>Their argmax.</summary>
    public Span<byte> ArgmaxOf(ConvolutionAlgorithm of, int image, int filter, int count) =>
        argmax.Length == 0 ? [] : argmax.AsSpan(Start(of, image, filter), count * Length(of));

    private int Start(ConvolutionAlgorithm of, int image, int filter) => ((first + image) * of.Filters + filter) * Length(of);

    private static int Length(ConvolutionAlgorithm of) => of.Size.OutputHeight * of.Size.OutputWidth;
}
