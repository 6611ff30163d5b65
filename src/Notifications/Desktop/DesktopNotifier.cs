namespace Orchestrator.Notifications.Desktop;

/// <summary>Shows notices on the desktop of this host with the program <c>notify-send</c>.</summary>
/// <param name="environment">Environment variables of the process, which determine the program's path and the desktop session.</param>
/// <param name="runner">Runs the program.</param>
public sealed class DesktopNotifier(IReadOnlyDictionary<string, string> environment, ProcessRunner runner) : INotifier
{
    private const string Program = "notify-send";
    private const int LongestText = 1000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public string Description => "desktop (notify-send)";

    /// <inheritdoc/>
    public bool CanWithdraw => true;

    private bool HasSession =>
        environment.ContainsKey("DBUS_SESSION_BUS_ADDRESS")
        || (environment.GetValueOrDefault("XDG_RUNTIME_DIR") is { Length: > 0 } folder && Path.Exists(Path.Combine(folder, "bus")));

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> SendAsync(Notice notice, CancellationToken cancellationToken) =>
        ShowAsync(
            [
                "--urgency",
                notice is { IsUrgent: true, IsQuiet: false } ? "critical" : "low",
                "--print-id",
                "--",
                notice.Title,
                Escape(notice.ToText(LongestText)),
            ],
            cancellationToken
        );

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> WithdrawAsync(Notice notice, string reference, CancellationToken cancellationToken) =>
        reference.Length > 0
            ? ShowAsync(
                [
                    "--urgency",
                    "low",
                    "--transient",
                    "--expire-time",
                    "1",
                    "--replace-id",
                    reference,
                    "--",
                    notice.Title,
                    "This question has been answered or is obsolete.",
                ],
                cancellationToken
            )
            : Task.FromResult(new NoticeDeliveryResult(NoticeDeliveryResultKind.Failed, "the id of its desktop notification is unknown."));

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> CheckAsync(CancellationToken cancellationToken) =>
        Task.FromResult(
            ProgramLocator.Find(Program, environment.GetValueOrDefault("PATH")) is null
                ? new NoticeDeliveryResult(
                    NoticeDeliveryResultKind.Failed,
                    "the program notify-send is not installed (Debian: libnotify-bin)."
                )
            : HasSession ? new(NoticeDeliveryResultKind.Done, "notify-send and a desktop session are available.")
            : new(NoticeDeliveryResultKind.Failed, "this process has no desktop session (DBUS_SESSION_BUS_ADDRESS is not set).")
        );

    /// <inheritdoc/>
    public void Dispose() { }

    private async Task<NoticeDeliveryResult> ShowAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var command = new ChildProcessOptions(Program, ["--app-name", "orchestrate", .. arguments])
        {
            Environment = environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value),
            CleanEnvironment = true,
            Timeout = Limit,
        };
        try
        {
            var result = await runner.RunAsync(command, cancellationToken);
            return result.Succeeded ? NoticeDeliveryResult.Done with { Reference = result.StandardOutput.Text.Trim() }
                : result.TimedOut ? new(NoticeDeliveryResultKind.Later, $"notify-send did not end within {Limit.TotalSeconds:0} s.")
                : new(NoticeDeliveryResultKind.Later, NotifierProgramFailureText.Of("notify-send", result));
        }
        catch (ProcessStartException missing)
        {
            return new(NoticeDeliveryResultKind.Failed, missing.Message);
        }
    }

    // Desktops interpret some markup tags in the text.
    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
}
