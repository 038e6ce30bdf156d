using CnnService.Training.Running;

namespace CnnService.Training.Presets;

/// <summary>The numpy system's network with its own settings, which are the defaults of a spec.</summary>
public sealed class ThreeLayerPreset : Preset
{
    /// <inheritdoc/>
    public override string Name => "three-layer-conv-net";

    /// <inheritdoc/>
    public override string Title => "One convolution, two affine layers";

    /// <inheritdoc/>
    public override string GoodFor => "First steps and comparisons with the numpy system: trains in seconds; the others are more accurate.";

    /// <inheritdoc/>
    public override TrainingSpec Fit(PresetInput dataset) => new();
}
