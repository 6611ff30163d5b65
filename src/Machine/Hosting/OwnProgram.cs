namespace Orchestrator.Machine.Hosting;

/// <summary>The command that starts this program again.</summary>
public static class OwnProgram
{
    /// <summary>The program and its first arguments: the single file, or <c>dotnet</c> and the library.</summary>
    public static IReadOnlyList<string> Command =>
        Environment.ProcessPath is not { } program ? ["orchestrate"]
        : Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, "orchestrate.dll")]
        : [program];
}
