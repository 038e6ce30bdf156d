using CnnService.Training.Running;

namespace CnnService.Training.Presets;

/// <summary>The layers of airbench94 with few filters, and the same recipe without mirror images.</summary>
public sealed class SmallPreset : Preset
{
    /// <inheritdoc/>
    public override string Name => "small";

    /// <inheritdoc/>
    public override string Title => "Six convolutions of 32 and 64 filters";

    /// <inheritdoc/>
    public override string GoodFor =>
        "The first choice for a few hundred to some ten thousand pictures. Nothing is mirrored, so it also suits letters, digits and signs.";

    /// <inheritdoc/>
    public override TrainingSpec Fit(PresetInput dataset) => new AirbenchRecipe { Filters = [32, 64, 64], ImagesSeen = 400_000, MostEpochs = 40 }.Fit(dataset);
}
