namespace CnnService.Api.Hosting;

/// <summary>A reason why the service cannot start, in words for the person who starts it: one line, and exit code 1.</summary>
public sealed class StartupException(string message) : Exception(message)
{
    /// <summary>The line to show for what kept the service from starting; null for what is a fault of the program, whose stack then helps.</summary>
    internal static string? Describe(Exception exception) => exception switch
    {
        StartupException or ProblemException => exception.Message,
        IOException when exception.Message.StartsWith("Failed to bind to address", StringComparison.Ordinal) =>
            $"{FirstLine(exception)} Stop the program that uses it, or choose another one: --Urls http://127.0.0.1:5081",
        System.Net.Sockets.SocketException => $"The addresses in Urls cannot be listened on: {FirstLine(exception)}.",
        InvalidOperationException when exception.Message.StartsWith("Unable to configure HTTPS endpoint", StringComparison.Ordinal) =>
            "An https address needs a certificate: set Kestrel:Certificates:Default:Path and :Password, or give an http address in Urls.",
        InvalidDataException => $"{FirstLine(exception)} {FirstLine(exception.GetBaseException())}",
        _ => null,
    };

    private static string FirstLine(Exception exception) => exception.Message.Split('\n', 2)[0].TrimEnd();
}
