using CnnService.Training.Tensors;

namespace CnnService.Training;

/// <summary>One layer of a network, as it is told to people.</summary>
/// <param name="Path">Its place, which the names of its parameters begin with: <c>layers.3</c>.</param>
/// <param name="Type">Its kind, as JSON has it.</param>
/// <param name="Output">The shape of one output.</param>
/// <param name="Parameters">Its parameters, running statistics included, with those of layers inside.</param>
/// <param name="FlopsPerImage">Floating-point operations of one prediction, by the plain formula: a multiply-add counts 2; 0 where there are none.</param>
public sealed record LayerDescription(string Path, string Type, Shape Output, long Parameters, long FlopsPerImage);
