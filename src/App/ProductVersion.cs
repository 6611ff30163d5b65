using System.Reflection;

namespace Orchestrator.App;

/// <summary>The product's version.</summary>
public static class ProductVersion
{
    // The program alone carries the commit: in every assembly, each commit would compile all of them anew.
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
