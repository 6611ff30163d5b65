using System.Reflection;

namespace Orchestrator.App;

/// <summary>Provides the product's version.</summary>
public static class ProductVersion
{
    // Only the program contains the commit. In every assembly, each commit would cause a complete rebuild.
    private static readonly string Informational = (
        Assembly.GetEntryAssembly() is { } program && program.GetName().Name == "orchestrate" ? program : typeof(ProductVersion).Assembly
    )
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    /// <summary>Three numbers, such as <c>0.1.0</c>.</summary>
    public static string Value { get; } = Informational.Split('+')[0];

    /// <summary>Version and commit, such as <c>0.1.0+3f2a9c81d0e4</c>; the version alone where it was built without git.</summary>
    public static string Build { get; } =
        Informational.Split('+') is [_, { Length: > 12 } commit] ? $"{Value}+{commit[..12]}" : Informational;
}
