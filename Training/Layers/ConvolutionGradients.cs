using CnnService.Training.Kernels;
using CnnService.Training.Kernels.Convolutions;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>The gradients of a bound convolution: of its weights and biases, and of its input where somebody asks.</summary>
internal sealed class ConvolutionGradients
{
    /// <summary>Runs of images whose weight gradients are summed apart: a fixed number, so that threads never change a sum.</summary>
    public const int Pieces = 16;

    private readonly Team team;
    private readonly ConvolutionSize size;
    private readonly int filters, imageLength, outputs;
    private readonly PlacedParameter weight;
    private readonly IGradientSink sink;
    private readonly FloatBuffer parameters, biasGradient;
    private readonly int weightPieces;
    private readonly int? biasPiece;
    private readonly FloatBuffer[] masked = [], partialWeights = [], weightGradients = [];
    private readonly WeightGradient[] products = [];
    private readonly double[] partialBiases = [];
    private readonly ConvolutionInputGradient? inputGradient;
    private readonly Action<int, int> addPiece, reduceFilter;
    private FloatBuffer x;
    private OutputGradient dy;
    private int count;

    public ConvolutionGradients(LayerBinder binder, ConvolutionSize size, int filters, PlacedParameter weight, PlacedParameter? bias)
    {
        (team, this.size, this.filters, this.weight) = (binder.Team, size, filters, weight);
        (parameters, sink, imageLength) = (binder.Parameters, binder.Gradients!, binder.Input.Length);
        outputs = size.OutputHeight * size.OutputWidth;
        biasGradient = new FloatBuffer(filters);
        (addPiece, reduceFilter) = (AddPiece, ReduceFilter);
        x = parameters;
        if (binder.InputGradient() is FloatBuffer dx) inputGradient = new ConvolutionInputGradient(size, filters, dx, binder);
        if (!weight.Parameter.IsTrained) return;

        weightPieces = sink.Expect(weight, size.Taps);
        if (bias is not null) biasPiece = sink.Expect(bias, filters);
        int filterRows = PackedFilters.Blocks(filters) * Tile.Rows;
        masked = FloatBuffer.Several(team.Size, filterRows * outputs);
        products = [.. Enumerable.Range(0, team.Size).Select(_ => ConvolutionAlgorithms.WeightGradient(size, filters))];
        int pieces = Math.Min(Pieces, binder.Capacity);
        partialWeights = FloatBuffer.Several(pieces, filterRows * products[0].Pitch);
        partialBiases = new double[pieces * filters];
        weightGradients = FloatBuffer.Several(team.Size, size.Taps);
    }

    /// <summary>dx, or null where nobody asks.</summary>
    public FloatBuffer? InputGradient => inputGradient?.Output;

    /// <summary>Computes the gradients for a batch of <paramref name="count"/> images. The weights' come last, as the weights may change when they are taken.</summary>
    public void Backward(FloatBuffer x, OutputGradient dy, int count)
    {
        (this.x, this.dy, this.count) = (x, dy, count);
        inputGradient?.Run(parameters, weight.Start, dy, count);
        if (!weight.Parameter.IsTrained) return;
        team.Run(Math.Min(Pieces, count), addPiece);
        team.Run(filters, reduceFilter);
        if (biasPiece is int piece) sink.Take(piece, biasGradient.Span);
    }

    private void AddPiece(int piece, int worker)
    {
        int pieces = Math.Min(Pieces, count);
        Span<double> biases = partialBiases.AsSpan(piece * filters, filters);
        partialWeights[piece].Span.Clear();
        biases.Clear();
        for (int n = piece * count / pieces; n < (piece + 1) * count / pieces; n++)
        {
            dy.Mask(n, masked[worker].Slice(0, filters * outputs));
            products[worker].Add(x.Slice(n * imageLength, imageLength), masked[worker], dy.ArgmaxOf(n), partialWeights[piece]);
            if (biasPiece is null) continue;
            for (int f = 0; f < filters; f++)
                biases[f] += Sums.Of(default(NumberTerm), masked[worker].Slice(f * outputs, outputs), masked[worker].Slice(f * outputs, outputs));
        }
    }

    private void ReduceFilter(int filter, int worker)
    {
        int pitch = products[0].Pitch;
        Span<float> sum = partialWeights[0].Slice(filter * pitch, pitch);
        double db = partialBiases[filter];
        for (int piece = 1; piece < Math.Min(Pieces, count); piece++)
        {
            Elementwise.Apply(default(AddOperation), sum, partialWeights[piece].Slice(filter * pitch, pitch), sum);
            db += partialBiases[piece * filters + filter];
        }

        biasGradient.Span[filter] = (float)db;
        products[0].CopyTo(sum, weightGradients[worker].Span);
        sink.Take(weightPieces + filter, weightGradients[worker].Span);
    }
}

/// <summary>The gradient that arrives at a convolution's output, with what its ReLU and its pooling let through.</summary>
/// <param name="Values">dy, (N, F, OH, OW).</param>
/// <param name="Rectified">The outputs if a ReLU was absorbed, else null.</param>
/// <param name="Argmax">Which pooling element each output came from; empty without pooling.</param>
/// <param name="ImageLength">Numbers of one image.</param>
internal readonly record struct OutputGradient(FloatBuffer Values, FloatBuffer? Rectified, byte[] Argmax, int ImageLength)
{
    /// <summary>The argmax of one image.</summary>
    public ReadOnlySpan<byte> ArgmaxOf(int n) => Argmax.Length == 0 ? [] : Argmax.AsSpan(n * ImageLength, ImageLength);

    /// <summary>One image's gradient behind the ReLU.</summary>
    public void Mask(int n, Span<float> destination)
    {
        ReadOnlySpan<float> values = Values.Slice(n * ImageLength, ImageLength);
        if (Rectified is null) values.CopyTo(destination);
        else Elementwise.Apply(default(ReluGradientOperation), Rectified.Slice(n * ImageLength, ImageLength), values, destination);
    }
}
