namespace Orchestrator.Machine.Hosting;

/// <summary>Programs side by side in a window of tmux.</summary>
/// <param name="environment">Variables: with <c>TMUX</c> the window belongs to the person's own session.</param>
public sealed class TmuxPanes(IReadOnlyDictionary<string, string> environment)
{
    private const string Tmux = "tmux";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>This process runs inside tmux.</summary>
    public bool IsInside => environment.GetValueOrDefault("TMUX", "").Length > 0;

    /// <summary>The name as a session may have it: a point and a colon stand for panes and windows.</summary>
    public static string SessionOf(string name) =>
        string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-'));

    /// <summary>Opens the window: in the person's session where there is one, else in a session of its own, which is used again where it
    /// is there already.</summary>
    /// <param name="name">Name of the window and of a session of its own.</param>
    /// <param name="folder">Where the programs run.</param>
    /// <param name="programs">A program with its arguments for each pane; they stay visible when they have ended.</param>
    /// <returns>Null: it is open; else why tmux refused.</returns>
    /// <exception cref="Exception">tmux can't be started; <see cref="ProgramFailure"/> explains.</exception>
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
            // Before a program begins: the window of one that ends at once would be closed with it.
            ["set-option", "-w", "-t", window, "remain-on-exit", "on"],
            // The note on a program that has ended moves its first line off the screen; a tmux before 3.3 knows no other way.
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

    /// <summary>Shows a session of its own in this terminal until the person leaves it.</summary>
    /// <param name="name">As it was opened.</param>
    /// <param name="folder">Where tmux runs.</param>
    public static Task<int> AttachAsync(string name, string folder) =>
        ForegroundProgram.RunAsync(Tmux, ["attach-session", "-t", "=" + SessionOf(name)], folder);

    private Task<ProcessResult> CallAsync(params string[] arguments) =>
        new ProcessRunner().RunAsync(
            new ProcessCommand(Tmux, arguments)
            {
                Environment = environment.ToDictionary(one => one.Key, one => (string?)one.Value),
                Timeout = Patience,
            }
        );
}
