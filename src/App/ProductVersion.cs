using System.Reflection;

namespace Orchestrator.App;

/// <summary>Provides the product's version.</summary>
public static class ProductVersion
{
    // Only the program's assembly contains the commit. If every assembly did, each commit would require a complete rebuild.
    private static readonly string Informational = (
        Assembly.GetEntryAssembly() is { } program && program.GetName().Name == "orchestrate" ? program : typeof(ProductVersion).Assembly
    )
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    /// <summary>Version number with three parts, such as <c>0.1.0</c>.</summary>
    public static string Value { get; } = Informational.Split('+')[0];

    /// <summary>
    /// Version with the commit, such as <c>0.1.0+3f2a9c81d0e4</c>, or without the commit if the program was built without git.
    /// </summary>
    public static string Build { get; } =
        Informational.Split('+') is [_, { Length: > 12 } commit] ? $"{Value}+{commit[..12]}" : Informational;
}
