namespace CnnService.Training.Specs;

/// <summary>The name under which a spec record appears as <c>type</c> in JSON, such as <c>max-pool</c>.</summary>
/// <param name="name">Lower case words joined by hyphens.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SpecNameAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;
}
