namespace Orchestrator.Notifications.Commands;

/// <summary>
/// Delivers notices to a program supplied by the user. The program reads the notice as JSON from standard input, and confirms the delivery
/// with exit code 0.
/// </summary>
/// <param name="command">Program and arguments, which no shell interprets.</param>
/// <param name="environment">Environment variables of the program.</param>
/// <param name="runner">Runs the program.</param>
public sealed class CommandNotifier(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, ProcessRunner runner)
    : INotifier
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public string Description => $"command ({Path.GetFileName(command[0])})";

    /// <inheritdoc/>
    public bool CanWithdraw => true;

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> SendAsync(Notice notice, CancellationToken cancellationToken) =>
        RunAsync(NoticeDocument.Of(notice), cancellationToken);

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> WithdrawAsync(Notice notice, string reference, CancellationToken cancellationToken) =>
        RunAsync(NoticeDocument.OfWithdrawn(notice), cancellationToken);

    /// <inheritdoc/>
    public Task<NoticeDeliveryResult> CheckAsync(CancellationToken cancellationToken) =>
        Task.FromResult(
            ProgramLocator.Find(command[0], environment.GetValueOrDefault("PATH")) is { } found
                ? new NoticeDeliveryResult(NoticeDeliveryResultKind.Done, $"The program {found} exists.")
                : new(NoticeDeliveryResultKind.Failed, $"the program {command[0]} does not exist.")
        );

    /// <inheritdoc/>
    public void Dispose() { }

    private async Task<NoticeDeliveryResult> RunAsync(string document, CancellationToken cancellationToken)
    {
        var process = new ChildProcessOptions(command[0], command.Skip(1))
        {
            Input = ProcessStandardInput.FromText(document + "\n"),
            Environment = environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value),
            CleanEnvironment = true,
            Timeout = Limit,
            StopLeftovers = true,
        };
        try
        {
            var result = await runner.RunAsync(process, cancellationToken);
            return result.Succeeded ? NoticeDeliveryResult.Done
                : result.TimedOut ? new(NoticeDeliveryResultKind.Later, $"{command[0]} did not end within {Limit.TotalSeconds:0} s.")
                : new(NoticeDeliveryResultKind.Later, NotifierProgramFailureText.Of(command[0], result));
        }
        catch (ProcessStartException missing)
        {
            return new(NoticeDeliveryResultKind.Failed, missing.Message);
        }
    }
}
