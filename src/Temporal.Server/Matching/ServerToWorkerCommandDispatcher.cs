using Google.Protobuf;
using Temporalio.Api.Nexusservices.Workerservice.V1;
using Temporalio.Api.Worker.V1;

namespace Temporal.Server.Matching;

/// <summary>
/// Dispatches commands to worker processes, each of which polls its own queue. A command is kept in memory until a worker polls for it and
/// answers. The transfer task that sends the command is stored in the database.
/// </summary>
/// <param name="stopping">Cancelled when the server stops.</param>
internal sealed class ServerToWorkerCommandDispatcher(CancellationToken stopping)
{
    private const int MostAttempts = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<PendingServerToWorkerCommand> _open = [];
    private readonly List<(string NamespaceId, string Queue, TaskCompletionSource<PendingServerToWorkerCommand> Taken)> _polls = [];

    /// <summary>Time limit of one attempt at a command, from sending the command to receiving the answer.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Commands a worker to cancel activities. Gives up after a few attempts, because the activities' own timeouts will also end them.
    /// </summary>
    /// <param name="tokens">Tokens of the activities.</param>
    /// <returns>False if the server stops before the command is answered.</returns>
    public async Task<bool> CancelAsync(string namespaceId, string queue, IEnumerable<ByteString> tokens)
    {
        var commands = new ExecuteCommandsRequest();
        commands.Commands.AddRange(
            tokens.Select(token => new WorkerCommand { CancelActivity = new CancelActivityCommand { TaskToken = token } })
        );
        for (var attempt = 1; ; attempt++)
        {
            if (await TryExecuteAsync(new PendingServerToWorkerCommand(namespaceId, queue, commands)) || attempt == MostAttempts)
            {
                return !stopping.IsCancellationRequested;
            }

            await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for a command to a worker. Returns null if the poll ends first.</summary>
    public async Task<PendingServerToWorkerCommand?> PollAsync(string namespaceId, string queue, CancellationToken poll)
    {
        var taken = new TaskCompletionSource<PendingServerToWorkerCommand>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_open.Find(command => !command.IsTaken && command.NamespaceId == namespaceId && command.Queue == queue) is { } waiting)
            {
                waiting.IsTaken = true;
                return waiting;
            }

            _polls.Add((namespaceId, queue, taken));
        }

        await taken.Task.WaitAsync(poll).ContinueWith(static _ => { }, TaskScheduler.Default);
        lock (_lock)
        {
            _polls.RemoveAll(one => one.Taken == taken);
        }

        return taken.Task.IsCompleted ? await taken.Task : null;
    }

    /// <summary>
    /// Records a worker's answer. Returns false if the command is unknown, for example because its time limit has passed.
    /// </summary>
    /// <param name="id">Id of the command.</param>
    /// <param name="isExecuted">False if the worker could not execute it now.</param>
    public bool Answer(string namespaceId, string id, bool isExecuted)
    {
        lock (_lock)
        {
            return _open.Find(command => command.Id == id && command.NamespaceId == namespaceId)?.Answer.TrySetResult(isExecuted) is true;
        }
    }

    private async Task<bool> TryExecuteAsync(PendingServerToWorkerCommand command)
    {
        lock (_lock)
        {
            _open.Add(command);
            var poll = _polls.FindIndex(one => one.NamespaceId == command.NamespaceId && one.Queue == command.Queue);
            if (poll >= 0)
            {
                command.IsTaken = _polls[poll].Taken.TrySetResult(command);
                _polls.RemoveAt(poll);
            }
        }

        try
        {
            return await command.Answer.Task.WaitAsync(Limit, stopping);
        }
        catch (Exception silent) when (silent is TimeoutException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            lock (_lock)
            {
                _open.Remove(command);
            }
        }
    }
}

/// <summary>A command that is waiting for a worker to take it or to answer it.</summary>
internal sealed class PendingServerToWorkerCommand(string namespaceId, string queue, ExecuteCommandsRequest commands)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public string NamespaceId { get; } = namespaceId;

    public string Queue { get; } = queue;

    public ExecuteCommandsRequest Commands { get; } = commands;

    /// <summary>True if a worker has taken the command.</summary>
    public bool IsTaken { get; set; }

    /// <summary>Completes with the worker's answer, which is true if the worker executed the command.</summary>
    public TaskCompletionSource<bool> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
