#!/usr/bin/env dotnet
#:project ../Training/Training.csproj
#:property PublishAot=false

// Trains a small network on the built-in pictures, keeps it as a file, and asks it what a picture shows: dotnet run samples/train.cs

using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Running;

Dataset dataset = ShapesDataset.Create(); // or Dataset.Open("cifar-10-binary.tar.gz")
var spec = new TrainingSpec { Model = new ThreeLayerConvNet { Filters = 16, HiddenUnits = 50 }, Epochs = 4, BatchSize = 50 };

using var trainer = new Trainer(spec, dataset);
foreach (IterationReport report in trainer.Run())
    if (report.Evaluation is { } evaluation) Console.WriteLine($"epoch {evaluation.Epoch}: loss {report.Loss:F4}, validation accuracy {evaluation.ValidationAccuracy:F4}");

string path = Path.Combine(Path.GetTempPath(), "shapes.safetensors");
File.WriteAllBytes(path, trainer.BestModel().ToArray());

using var predictor = new Predictor(Model.Read(File.ReadAllBytes(path)));
float[] probabilities = new float[dataset.Labels.Count];
predictor.Predict(dataset.Test[7], probabilities);
int best = Array.IndexOf(probabilities, probabilities.Max());
Console.WriteLine($"Test picture 7 is \"{dataset.Labels[best]}\" with probability {probabilities[best]:F3}; it shows \"{dataset.Labels[dataset.Test.Labels[7]]}\".");
