#pragma warning disable RS0030 // This is the door to the console.
namespace Orchestrator.Cli.Console;

/// <summary>The product's version.</summary>
internal static class VersionText
{
    /// <summary>Such as <c>0.1.0</c>.</summary>
    public static string Value { get; } = typeof(VersionText).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Writes it to stdout, without the rest of the console.</summary>
    public static void Print() => System.Console.Out.WriteLine(Value);
}
