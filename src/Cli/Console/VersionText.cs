#pragma warning disable RS0030 // This is the door to the console.
namespace Orchestrator.Cli.Console;

/// <summary>The product's version on the console.</summary>
internal static class VersionText
{
    /// <summary>Writes it to stdout, without the rest of the console and of the program.</summary>
    public static void Print() => System.Console.Out.WriteLine(typeof(VersionText).Assembly.GetName().Version!.ToString(3));
}
