namespace CnnService.Training.Kernels.Convolutions;

/// <summary>Chooses how a convolution is computed. The sizes alone decide, so an image gives the same bits alone and in a batch.</summary>
internal static class ConvolutionAlgorithms
{
    /// <summary>The outputs: pooled rows where seven columns are pooled in pairs, minimal filtering for 3x3, plain sums for the rest.</summary>
    public static ConvolutionAlgorithm Forward(ConvolutionSize size, int filters, LayerMemory memory) => PooledRowsAlgorithm.Fits(size)
        ? new PooledRowsAlgorithm(size, filters, memory.Team)
        : InputGradient(size, filters, memory);

    /// <summary>The input's gradient, which is a convolution itself.</summary>
    public static TurnableAlgorithm InputGradient(ConvolutionSize size, int filters, LayerMemory memory) => WinogradSize.Fits(size, filters)
        ? new WinogradAlgorithm(new WinogradSize(size, filters, memory.Capacity), memory)
        : new DirectAlgorithm(size, filters, memory.Capacity, memory.Team);

    /// <summary>The gradients of weights and biases: minimal filtering for 3x3, sums over runs of images for the rest, and where a large pooling leaves few to sum.</summary>
    public static BatchGradient Gradients(ConvolutionSize size, int filters, bool bias, LayerMemory memory) =>
        WinogradSize.FitsGradient(size, filters)
            ? new WinogradGradient(size, filters, bias, memory)
            : new ImageRunsGradient(size, filters, bias, memory);

    /// <summary>The weights' gradient of some images, for one worker.</summary>
    public static WeightGradient WeightGradient(ConvolutionSize size, int filters) =>
        PooledRowGradient.Fits(size) ? new PooledRowGradient(size, filters)
        : TurnedGradient.Fits(size) ? new TurnedGradient(size, filters)
        : new PatchGradient(size, filters);
}
