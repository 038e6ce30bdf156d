using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>The gradients of a bound convolution: of its weights and biases, and of its input where somebody asks.</summary>
internal sealed class ConvolutionGradients
{
    private const int Pieces = 16; // runs of images whose weight gradients are summed apart: fixed, so that threads never change a sum
    private readonly Team team;
    private readonly Correlation layout;
    private readonly int filters, imageLength;
    private readonly PlacedParameter weight;
    private readonly PlacedParameter? bias;
    private readonly FloatBuffer parameters, gradients;
    private readonly FloatBuffer[] masked, planes, turned, partialWeights, partialBiases;
    private readonly ConvolutionInputGradient? inputGradient;
    private readonly Action<int, int> addPiece, reduceTap;
    private FloatBuffer x;
    private OutputGradient dy;
    private int count;

    public ConvolutionGradients(LayerBinder binder, Correlation forward, int filters, PlacedParameter weight, PlacedParameter? bias)
    {
        (team, this.filters, this.weight, this.bias) = (binder.Team, filters, weight, bias);
        (parameters, gradients, imageLength) = (binder.Parameters, binder.Gradients!, binder.Input.Length);
        layout = new Correlation(forward.Size, group: 1);
        int outputs = layout.Size.OutputHeight * layout.Size.OutputWidth, pitch = WeightGradient.PitchOf(filters);
        masked = FloatBuffer.Several(team.Size, filters * outputs);
        planes = FloatBuffer.Several(team.Size, layout.PlanesLength);
        turned = FloatBuffer.Several(team.Size, layout.PoolElements * outputs * pitch);
        int pieces = Math.Min(Pieces, binder.Capacity);
        partialWeights = FloatBuffer.Several(pieces, WeightGradient.RowsOf(layout) * pitch);
        partialBiases = FloatBuffer.Several(pieces, pitch);
        if (binder.InputGradient() is FloatBuffer dx) inputGradient = new ConvolutionInputGradient(layout, filters, dx, binder);
        (addPiece, reduceTap) = (AddPiece, ReduceTap);
        x = parameters;
    }

    /// <summary>dx, or null where nobody asks.</summary>
    public FloatBuffer? InputGradient => inputGradient?.Output;

    /// <summary>Overwrites the gradients for a batch of <paramref name="count"/> images.</summary>
    public void Backward(FloatBuffer x, OutputGradient dy, int count)
    {
        (this.x, this.dy, this.count) = (x, dy, count);
        team.Run(Math.Min(Pieces, count), addPiece);
        team.Run(layout.Taps, reduceTap);
        if (bias is not null) ReduceBias(bias.In(gradients));
        inputGradient?.Run(weight.In(parameters), dy, count);
    }

    private void AddPiece(int piece, int worker)
    {
        int pieces = Math.Min(Pieces, count);
        partialWeights[piece].Span.Clear();
        partialBiases[piece].Span.Clear();
        for (int n = piece * count / pieces; n < (piece + 1) * count / pieces; n++)
        {
            Planes.Fill(layout, x.Slice(n * imageLength, imageLength), planes[worker], 0);
            dy.Mask(n, masked[worker].Span);
            WeightGradient.Turn(layout, filters, masked[worker].Span, dy.WinnersOf(n), turned[worker].Span);
            WeightGradient.Add(layout, filters, planes[worker], turned[worker], partialWeights[piece].Span, partialBiases[piece].Span);
        }
    }

    private void ReduceTap(int tap, int worker)
    {
        Span<float> dw = weight.In(gradients);
        int pitch = WeightGradient.PitchOf(filters), pieces = Math.Min(Pieces, count);
        for (int f = 0; f < filters; f++)
        {
            float sum = 0;
            for (int piece = 0; piece < pieces; piece++) sum += partialWeights[piece].Span[tap * pitch + f];
            dw[f * layout.Taps + tap] = sum;
        }
    }

    private void ReduceBias(Span<float> db)
    {
        db.Clear();
        for (int piece = 0; piece < Math.Min(Pieces, count); piece++)
            for (int f = 0; f < filters; f++) db[f] += partialBiases[piece].Span[f];
    }
}

/// <summary>The gradient that arrives at a convolution's output, with what its ReLU and its pooling let through.</summary>
/// <param name="Values">dy, (N, F, OH, OW).</param>
/// <param name="Rectified">The outputs if a ReLU was absorbed, else null.</param>
/// <param name="Winners">Which pooling element each output came from; empty without pooling.</param>
/// <param name="ImageLength">Numbers of one image.</param>
internal readonly record struct OutputGradient(FloatBuffer Values, FloatBuffer? Rectified, byte[] Winners, int ImageLength)
{
    /// <summary>The winners of one image.</summary>
    public ReadOnlySpan<byte> WinnersOf(int n) => Winners.Length == 0 ? [] : Winners.AsSpan(n * ImageLength, ImageLength);

    /// <summary>One image's gradient behind the ReLU.</summary>
    public void Mask(int n, Span<float> destination)
    {
        ReadOnlySpan<float> values = Values.Slice(n * ImageLength, ImageLength);
        if (Rectified is null) values.CopyTo(destination);
        else Elementwise.Apply(default(ReluGradientOperation), Rectified.Slice(n * ImageLength, ImageLength), values, destination);
    }
}
