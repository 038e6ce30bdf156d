using System.Text.Json;
using System.Text.Json.Nodes;
using CnnService.Api.Hosting;
using CnnService.Training.Presets;
using CnnService.Training.Schedules;
using CnnService.Training.Specs;

namespace CnnService.Api.Runs;

/// <summary>A run as its user asks for it: the fields of a request, of which a preset fills in those that are left out.</summary>
internal sealed class SubmittedRun : IDisposable
{
    private readonly JsonDocument document;

    private SubmittedRun(JsonDocument document, RunSpec spec) => (this.document, Spec) = (document, spec);

    /// <summary>The spec with the defaults of what is left out.</summary>
    public RunSpec Spec { get; }

    /// <summary>Reads the body of a request; InvalidInputException or a problem (400) tells what is wrong with it.</summary>
    public static SubmittedRun Read(byte[] body)
    {
        JsonDocument document = JsonBody.Parse(body);
        try
        {
            return new SubmittedRun(document, Checked(document.RootElement, document.RootElement));
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    /// <summary>Whether the request has a field.</summary>
    public bool Has(string field) => document.RootElement.TryGetProperty(field, out _);

    /// <summary>The spec with what its preset has for a dataset where the request leaves a field out.</summary>
    public RunSpec FilledFor(PresetInput dataset)
    {
        if (Spec.Preset is not { } name) return Spec;
        Preset preset = Preset.Find(name) ?? throw new InvalidInputException(
            "preset", $"there is no preset \"{name}\"; known are {string.Join(", ", Preset.All.Select(known => known.Name))}.");
        JsonObject filled = JsonNode.Parse(SpecJson.Write(preset.Fit(dataset)))!.AsObject();
        foreach (JsonProperty field in document.RootElement.EnumerateObject()) filled[field.Name] = JsonNode.Parse(field.Value.GetRawText());
        using JsonDocument whole = JsonDocument.Parse(filled.ToJsonString());
        return Checked(whole.RootElement, document.RootElement);
    }

    /// <summary>Lets go of the request.</summary>
    public void Dispose() => document.Dispose();

    private static RunSpec Checked(JsonElement json, JsonElement given)
    {
        RunSpec spec = SpecJson.Read<RunSpec>(json, "");
        // Its default is no wish: a run tells all fields of its spec, which can be sent again.
        if (spec.Schedule is not ExponentialDecay && given.TryGetProperty("learningRateDecay", out _) && spec.LearningRateDecay != new RunSpec().LearningRateDecay)
            throw new InvalidInputException("learningRateDecay", "belongs to the schedule exponential-decay; leave it out beside another.");
        return spec;
    }
}
