using CnnService.Training.Running;
using CnnService.Training.Tensors;

namespace CnnService.Training.Presets;

/// <summary>A recipe that is known to work: network, update rule, schedule and all, fitted to a dataset. One file per preset.</summary>
public abstract class Preset
{
    /// <summary>All presets, the quickest first.</summary>
    public static IReadOnlyList<Preset> All { get; } = [new ThreeLayerPreset(), new SmallPreset(), new BalancedPreset(), new AirbenchPreset()];

    /// <summary>The name in a spec.</summary>
    public abstract string Name { get; }

    /// <summary>What it is, in a few words.</summary>
    public abstract string Title { get; }

    /// <summary>What it is good for, in a sentence or two.</summary>
    public abstract string GoodFor { get; }

    /// <summary>The preset of a name; null if there is none.</summary>
    public static Preset? Find(string name) => All.FirstOrDefault(preset => preset.Name == name);

    /// <summary>The recipe for a dataset.</summary>
    public abstract TrainingSpec Fit(PresetInput dataset);
}

/// <summary>The facts of a dataset that a preset is fitted to.</summary>
/// <param name="Shape">(C, H, W) of its images.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="TrainingImages">The images of its training part, those that will be held out for validation included.</param>
public sealed record PresetInput(Shape Shape, int Classes, int TrainingImages);
