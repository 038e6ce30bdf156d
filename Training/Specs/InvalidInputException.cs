namespace CnnService.Training.Specs;

/// <summary>Input from outside that cannot be used: it says which part, which value, and what would be right.</summary>
/// <param name="part">The part at fault: a JSON path such as <c>model.layers[3].size</c>, or a file's name.</param>
/// <param name="reason">What is wrong and what would be right, as a sentence for the person who gave the input.</param>
public sealed class InvalidInputException(string part, string reason) : Exception(part.Length == 0 ? reason : $"{part}: {reason}")
{
    /// <summary>The part at fault: a JSON path such as <c>model.layers[3].size</c>, or a file's name.</summary>
    public string Part { get; } = part;

    /// <summary>What is wrong and what would be right.</summary>
    public string Reason { get; } = reason;
}
