namespace Orchestrator.App.Programs;

/// <summary>Runs programs side by side in a tmux window.</summary>
/// <param name="environment">Environment variables. With <c>TMUX</c>, the window belongs to the user's own session.</param>
public sealed class TmuxPanes(IReadOnlyDictionary<string, string> environment)
{
    private const string Tmux = "tmux";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>True if this process runs inside tmux.</summary>
    public bool IsInside => environment.GetValueOrDefault("TMUX", "").Length > 0;

    /// <summary>
    /// Converts a name to a valid tmux session name. Periods and colons are replaced, because tmux uses them to separate windows and panes.
    /// </summary>
    public static string SessionOf(string name) =>
        string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-'));

    /// <summary>
    /// Opens a window for the programs in the user's current tmux session, if there is one. Otherwise, creates a dedicated tmux session
    /// with this window, unless that session already exists.
    /// </summary>
    /// <param name="name">Name of the window and of a dedicated session.</param>
    /// <param name="folder">Working folder of the programs.</param>
    /// <param name="programs">Program and arguments for each pane. Panes stay visible after their programs have ended.</param>
    /// <returns>Null after success, or tmux's reason for refusing.</returns>
    /// <exception cref="Exception">tmux can't be started; see <see cref="ProgramFailureDescription"/>.</exception>
    public async Task<string?> OpenAsync(string name, string folder, IReadOnlyList<IReadOnlyList<string>> programs)
    {
        var session = SessionOf(name);
        if (!IsInside && (await CallAsync("has-session", "-t", "=" + session)).Succeeded)
        {
            return null;
        }
        var opened = await CallAsync([
            .. IsInside ? (string[])["new-window", "-n", session] : ["new-session", "-d", "-s", session, "-x", "200", "-y", "50"],
            .. (string[])["-P", "-F", "#{window_id}", "-c", folder],
        ]);
        if (!opened.Succeeded)
        {
            return opened.StandardError.Text.Trim();
        }
        var window = opened.StandardOutput.Text.Trim();
        string[][] further =
        [
            // The option is set before any program starts, because tmux would close the window of a program that ends immediately.
            ["set-option", "-w", "-t", window, "remain-on-exit", "on"],
            // The message about an ended program scrolls its first line off the screen. tmux before 3.3 offers no alternative.
            ["set-option", "-q", "-w", "-t", window, "remain-on-exit-format", ""],
            ["respawn-pane", "-k", "-t", window, "-c", folder, "--", .. programs[0]],
            .. programs.Skip(1).Select(program => (string[])["split-window", "-t", window, "-c", folder, "--", .. program]),
            ["select-layout", "-t", window, "even-vertical"],
        ];
        foreach (var call in further)
        {
            if (await CallAsync(call) is { Succeeded: false } refused)
            {
                return refused.StandardError.Text.Trim();
            }
        }
        return null;
    }

    /// <summary>Shows a dedicated tmux session in this terminal until the user leaves it.</summary>
    /// <param name="name">Name passed to <see cref="OpenAsync"/>.</param>
    /// <param name="folder">Working folder of tmux.</param>
    public static Task<int> AttachAsync(string name, string folder) =>
        InteractiveProgramRunner.RunAsync(Tmux, ["attach-session", "-t", "=" + SessionOf(name)], folder);

    private Task<ProcessResult> CallAsync(params string[] arguments) =>
        new ProcessRunner().RunAsync(
            new ChildProcessOptions(Tmux, arguments)
            {
                Environment = environment.ToDictionary(one => one.Key, one => (string?)one.Value),
                Timeout = Patience,
            }
        );
}
