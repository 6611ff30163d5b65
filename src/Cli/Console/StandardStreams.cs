#pragma warning disable RS0030 // Only files with this kind of comment may use the console.
namespace Orchestrator.Cli.Console;

/// <summary>The three standard streams of a process.</summary>
/// <param name="In">Stdin.</param>
/// <param name="Out">Stdout.</param>
/// <param name="Error">Stderr.</param>
/// <param name="IsInPiped">True if stdin is a pipe or a file.</param>
/// <param name="IsOutPiped">True if stdout is a pipe or a file.</param>
/// <param name="IsErrorPiped">True if stderr is a pipe or a file.</param>
internal sealed record StandardStreams(TextReader In, TextWriter Out, TextWriter Error, bool IsInPiped, bool IsOutPiped, bool IsErrorPiped)
{
    /// <summary>Returns the standard streams of this process.</summary>
    public static StandardStreams OfProcess() =>
        new(
            System.Console.In,
            System.Console.Out,
            System.Console.Error,
            System.Console.IsInputRedirected,
            System.Console.IsOutputRedirected,
            System.Console.IsErrorRedirected
        );
}
