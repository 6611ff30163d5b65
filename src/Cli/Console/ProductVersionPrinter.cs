#pragma warning disable RS0030 // Only files with this kind of comment may use the console.
namespace Orchestrator.Cli.Console;

/// <summary>Prints the product's version.</summary>
internal static class ProductVersionPrinter
{
    /// <summary>Writes the version to stdout without loading the rest of the program.</summary>
    public static void Print() => System.Console.Out.WriteLine(typeof(ProductVersionPrinter).Assembly.GetName().Version!.ToString(3));
}
