using System.Collections.Immutable;

namespace Temporalio.Analyzers;

/// <summary>What workflow code must not use, and what it uses in its place.</summary>
internal static class ForbiddenApis
{
    public const string Time = "TMPW1001";
    public const string Chance = "TMPW1002";
    public const string Tasks = "TMPW1003";
    public const string Threads = "TMPW1004";
    public const string World = "TMPW1005";

    private const string UseUtcNow = "use Workflow.UtcNow";
    private const string UseDelay = "use Workflow.DelayAsync";
    private const string UseRandom = "use Workflow.Random";
    private const string UseNewGuid = "use Workflow.NewGuid";
    private const string UseRunTask = "use Workflow.RunTaskAsync";
    private const string UseMutex = "use Temporalio.Workflows.Mutex";
    private const string UseSemaphore = "use Temporalio.Workflows.Semaphore";
    private const string UseCondition = "use Workflow.WaitConditionAsync";
    private const string UseActivity = "workflow code does no I/O: use an activity";
    private const string UseToken = "it ends by the machine's clock: cancel after Workflow.DelayAsync";

    public static ImmutableArray<ForbiddenApi> All { get; } =
        ImmutableArray.Create<ForbiddenApi>(
            new ForbiddenApi("System.DateTime", "Now", Time, UseUtcNow),
            new ForbiddenApi("System.DateTime", "UtcNow", Time, UseUtcNow),
            new ForbiddenApi("System.DateTime", "Today", Time, UseUtcNow),
            new ForbiddenApi("System.DateTimeOffset", "Now", Time, UseUtcNow),
            new ForbiddenApi("System.DateTimeOffset", "UtcNow", Time, UseUtcNow),
            new ForbiddenApi("System.Environment", "TickCount", Time, UseUtcNow),
            new ForbiddenApi("System.Environment", "TickCount64", Time, UseUtcNow),
            new ForbiddenApi("System.Diagnostics.Stopwatch", null, Time, UseUtcNow),
            new ForbiddenApi("System.TimeProvider", null, Time, UseUtcNow),
            new ForbiddenApi("System.Guid", "NewGuid", Chance, UseNewGuid),
            new ForbiddenApi("System.Guid", "CreateVersion7", Chance, UseNewGuid),
            new ForbiddenApi("System.Random", ".ctor", Chance, UseRandom),
            new ForbiddenApi("System.Random", "Shared", Chance, UseRandom),
            new ForbiddenApi("System.Security.Cryptography.RandomNumberGenerator", null, Chance, UseRandom),
            new ForbiddenApi("System.Threading.Tasks.Task", "Run", Tasks, UseRunTask),
            new ForbiddenApi("System.Threading.Tasks.Task", "Delay", Tasks, UseDelay),
            new ForbiddenApi("System.Threading.Tasks.Task", "WhenAny", Tasks, "use Workflow.WhenAnyAsync"),
            new ForbiddenApi("System.Threading.Tasks.Task", "WhenAll", Tasks, "use Workflow.WhenAllAsync"),
            new ForbiddenApi("System.Threading.Tasks.Task", "WhenEach", Tasks, "use Workflow.WhenAnyAsync in a loop"),
            new ForbiddenApi("System.Threading.Tasks.Task", "Wait", Tasks, "it blocks the workflow's only thread: await the task"),
            new ForbiddenApi(
                "System.Threading.Tasks.Task",
                "WaitAll",
                Tasks,
                "it blocks the workflow's only thread: use Workflow.WhenAllAsync"
            ),
            new ForbiddenApi(
                "System.Threading.Tasks.Task",
                "WaitAny",
                Tasks,
                "it blocks the workflow's only thread: use Workflow.WhenAnyAsync"
            ),
            new ForbiddenApi(
                "System.Threading.Tasks.Task",
                "WaitAsync",
                Tasks,
                "it ends by the machine's clock: use Workflow.WhenAnyAsync with Workflow.DelayAsync"
            ),
            new ForbiddenApi("System.Threading.Tasks.Parallel", null, Tasks, UseRunTask),
            new ForbiddenApi("System.Threading.CancellationTokenSource", "CancelAfter", Tasks, UseToken),
            new ForbiddenApi(
                "System.Threading.CancellationTokenSource",
                "CancelAsync",
                Tasks,
                "it tells its listeners on another thread: use Cancel"
            ),
            new ForbiddenApi(
                "System.Threading.Channels.ChannelReader`1",
                "ReadAllAsync",
                Tasks,
                "it leaves the workflow's scheduler: use WaitToReadAsync and TryRead"
            ),
            new ForbiddenApi("System.Threading.Thread", null, Threads, "workflow code has one thread: " + UseRunTask),
            new ForbiddenApi("System.Threading.ThreadPool", null, Threads, "workflow code has one thread: " + UseRunTask),
            new ForbiddenApi("System.Threading.Timer", null, Threads, UseDelay),
            new ForbiddenApi("System.Threading.PeriodicTimer", null, Threads, UseDelay),
            new ForbiddenApi("System.Timers.Timer", null, Threads, UseDelay),
            new ForbiddenApi("System.Threading.Mutex", null, Threads, UseMutex),
            new ForbiddenApi("System.Threading.Semaphore", null, Threads, UseSemaphore),
            new ForbiddenApi("System.Threading.SemaphoreSlim", null, Threads, UseSemaphore),
            new ForbiddenApi("System.Threading.ManualResetEvent", null, Threads, UseCondition),
            new ForbiddenApi("System.Threading.ManualResetEventSlim", null, Threads, UseCondition),
            new ForbiddenApi("System.Threading.AutoResetEvent", null, Threads, UseCondition),
            new ForbiddenApi("System.Threading.CountdownEvent", null, Threads, UseCondition),
            new ForbiddenApi("System.Threading.Barrier", null, Threads, UseCondition),
            new ForbiddenApi("System.Threading.ReaderWriterLockSlim", null, Threads, UseMutex),
            new ForbiddenApi("System.IO.File", null, World, UseActivity),
            new ForbiddenApi("System.IO.Directory", null, World, UseActivity),
            new ForbiddenApi("System.IO.FileInfo", null, World, UseActivity),
            new ForbiddenApi("System.IO.DirectoryInfo", null, World, UseActivity),
            new ForbiddenApi("System.IO.FileStream", null, World, UseActivity),
            new ForbiddenApi("System.Diagnostics.Process", null, World, UseActivity),
            new ForbiddenApi("System.Net.Http.HttpClient", null, World, UseActivity),
            new ForbiddenApi("System.Net.Sockets.Socket", null, World, UseActivity),
            new ForbiddenApi("System.Console", null, World, "use Workflow.Logger"),
            new ForbiddenApi("System.Environment", "GetEnvironmentVariable", World, "settings come with the workflow's input"),
            new ForbiddenApi("System.Environment", "GetEnvironmentVariables", World, "settings come with the workflow's input"),
            new ForbiddenApi("System.Environment", "MachineName", World, UseActivity),
            new ForbiddenApi("System.Environment", "ProcessId", World, UseActivity)
        );
}
