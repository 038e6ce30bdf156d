using CnnService.Training.Augmentations;
using CnnService.Training.Running;

namespace CnnService.Training.Presets;

/// <summary>The layers of airbench94 with half the arithmetic, seen more often.</summary>
public sealed class BalancedPreset : Preset
{
    /// <inheritdoc/>
    public override string Name => "balanced";

    /// <inheritdoc/>
    public override string Title => "Six convolutions of 64 and 128 filters";

    /// <inheritdoc/>
    public override string GoodFor => "Photos in some thousand to some ten thousand pictures, when minutes do not matter. Colour pictures are mirrored, grey ones are not.";

    /// <inheritdoc/>
    public override TrainingSpec Fit(PresetInput dataset) => new AirbenchRecipe
    {
        Filters = [64, 128, 128],
        ImagesSeen = 600_000,
        MostEpochs = 60,
        MirrorsColour = true,
        Views = TestTimeAugmentation.Mirror,
    }.Fit(dataset);
}
