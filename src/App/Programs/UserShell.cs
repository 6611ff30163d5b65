namespace Orchestrator.App.Programs;

/// <summary>Starts the user's shell in a folder.</summary>
public static class UserShell
{
    /// <summary>Runs the shell until the user exits it.</summary>
    /// <param name="folder">Absolute path of the folder.</param>
    /// <param name="environment">Environment variables. The shell is <c>SHELL</c>, or else <c>sh</c>.</param>
    /// <returns>Exit code of the shell.</returns>
    /// <exception cref="Exception">The shell can't be started; see <see cref="ProgramFailureDescription"/>.</exception>
    public static Task<int> RunAsync(string folder, IReadOnlyDictionary<string, string> environment) =>
        InteractiveProgramRunner.RunAsync(environment.GetValueOrDefault("SHELL") is { Length: > 0 } shell ? shell : "sh", [], folder);
}
