namespace Orchestrator.Runs.Hosting;

/// <summary>How this program is started once more.</summary>
public static class OwnProgram
{
    /// <summary>The words before its arguments: the program itself, also where it is one file with all that it needs, or <c>dotnet</c> and
    /// the library that it was told to run.</summary>
    public static IReadOnlyList<string> Command =>
        Environment.ProcessPath is not { } program ? ["orchestrate"]
        : Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, "orchestrate.dll")]
        : [program];
}
