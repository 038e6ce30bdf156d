using CnnService.Training.Kernels;
using CnnService.Training.Kernels.Convolutions;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>The gradients of a bound convolution: of its weights and biases, and of its input where somebody asks.</summary>
internal sealed class ConvolutionGradients
{
    private readonly Team team;
    private readonly int filters;
    private readonly PlacedParameter weight;
    private readonly IGradientSink sink;
    private readonly FloatBuffer parameters, biasGradient;
    private readonly FloatBuffer[] weightGradients = [];
    private readonly int weightPieces;
    private readonly int? biasPiece;
    private readonly BatchGradient? gradients; // null where nothing is learned
    private readonly ConvolutionInputGradient? inputGradient;
    private readonly Action<int, int> takeFilter;

    public ConvolutionGradients(LayerBinder binder, ConvolutionSize size, int filters, PlacedParameter weight, PlacedParameter? bias)
    {
        (team, this.filters, this.weight) = (binder.Team, filters, weight);
        (parameters, sink) = (binder.Parameters, binder.Gradients!);
        biasGradient = new FloatBuffer(filters);
        takeFilter = TakeFilter;
        if (binder.InputGradient() is FloatBuffer dx) inputGradient = new ConvolutionInputGradient(size, filters, dx, binder);
        if (!weight.Parameter.IsTrained) return;

        weightPieces = sink.Expect(weight, size.Taps);
        if (bias is not null) biasPiece = sink.Expect(bias, filters);
        gradients = ConvolutionAlgorithms.Gradients(size, filters, bias is not null, binder.Memory);
        weightGradients = FloatBuffer.Several(team.Size, size.Taps);
    }

    /// <summary>dx, or null where nobody asks.</summary>
    public FloatBuffer? InputGradient => inputGradient?.Output;

    /// <summary>
    /// Computes the gradients for a batch of <paramref name="count"/> images. The weights' are summed first, as the input's may lie
    /// where x did, and taken last, as the weights may change then.
    /// </summary>
    public void Backward(FloatBuffer x, OutputGradient dy, int count)
    {
        gradients?.Sum(x, dy, count);
        inputGradient?.Run(parameters, weight.Start, dy, count);
        if (gradients is null) return;
        team.Run(filters, takeFilter);
        if (biasPiece is int piece) sink.Take(piece, biasGradient.Span);
    }

    private void TakeFilter(int filter, int worker)
    {
        if (biasPiece is not null) biasGradient.Span[filter] = gradients!.BiasOf(filter);
        gradients!.CopyTo(filter, weightGradients[worker].Span);
        sink.Take(weightPieces + filter, weightGradients[worker].Span);
    }
}
