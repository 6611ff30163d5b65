namespace Orchestrator.Machine.Hosting;

/// <summary>How to start this program again.</summary>
public static class OwnProgram
{
    /// <summary>The program and its first arguments: the single file, or <c>dotnet</c> and the library.</summary>
    public static IReadOnlyList<string> Command =>
        Environment.ProcessPath is not { } program ? ["orchestrate"]
        : Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, "orchestrate.dll")]
        : [program];
}
