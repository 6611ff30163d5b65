using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Orchestrator.TestKit.Rpc;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Benchmarks.Server;

/// <summary>The built command serving an engine file in a process of its own, and raw calls to it.</summary>
internal sealed class EngineHostedService : IAsyncDisposable
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";
    private readonly Process _process;
    private readonly RpcClient _calls;

    private EngineHostedService(Process process, string address)
    {
        _process = process;
        Address = address;
        _calls = new RpcClient(address);
    }

    public string Address { get; }

    public int ProcessId => _process.Id;

    /// <summary>Processor time of the server, in milliseconds.</summary>
    public double ProcessorMs
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalMilliseconds;
        }
    }

    public double MemoryMb
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>Starts it and waits until it answers. The time until then is given beside it.</summary>
    public static async Task<(EngineHostedService Engine, double Milliseconds)> StartAsync(string program, string folder, string file)
    {
        var port = FreePort();
        var address = $"127.0.0.1:{port}";
        var start = new ProcessStartInfo(program, ["server", "--db", file, "--port", $"{port}"])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var begin = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var engine = new EngineHostedService(process, address);
        while (true)
        {
            try
            {
                // Answered from the file: a server that is there but not ready does not count.
                await engine.CallAsync(new DescribeNamespaceRequest { Namespace = "default" }, DescribeNamespaceResponse.Parser);
                return (engine, Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
            catch (RpcException notYet) when (notYet.StatusCode == StatusCode.Unavailable)
            {
                if (process.HasExited)
                {
                    throw new InvalidOperationException($"{program} server ended with {process.ExitCode}", notYet);
                }
                await Task.Delay(2);
            }
        }
    }

    public Task<TResponse> CallAsync<TResponse>(IMessage request, MessageParser<TResponse> parser)
        where TResponse : IMessage<TResponse>
    {
        var name = request.GetType().Name[..^"Request".Length];
        return _calls.CallAsync(Service + name, request, parser, TimeSpan.FromSeconds(70));
    }

    public Task StartWorkflowAsync(string id, string queue = "nobody") =>
        CallAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new WorkflowType { Name = "Bench" },
                TaskQueue = new TaskQueue { Name = queue },
                RequestId = Guid.NewGuid().ToString(),
            },
            StartWorkflowExecutionResponse.Parser
        );

    public Task TerminateAsync(string id) =>
        CallAsync(
            new TerminateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = id },
            },
            TerminateWorkflowExecutionResponse.Parser
        );

    public Task SignalAsync(string id) =>
        CallAsync(
            new SignalWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = id },
                SignalName = "s",
                RequestId = Guid.NewGuid().ToString(),
            },
            SignalWorkflowExecutionResponse.Parser
        );

    public Task<PollWorkflowTaskQueueResponse> PollTaskAsync(string queue) =>
        CallAsync(
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = queue },
                Identity = "bench",
            },
            PollWorkflowTaskQueueResponse.Parser
        );

    public Task<PollActivityTaskQueueResponse> PollActivityAsync(string queue) =>
        CallAsync(
            new PollActivityTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = queue },
                Identity = "bench",
            },
            PollActivityTaskQueueResponse.Parser
        );

    public Task CompleteTaskAsync(PollWorkflowTaskQueueResponse task, IEnumerable<Command> commands)
    {
        var request = new RespondWorkflowTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = task.TaskToken,
            Identity = "bench",
        };
        request.Commands.AddRange(commands);
        return CallAsync(request, RespondWorkflowTaskCompletedResponse.Parser);
    }

    public static Command Activity(string id, string queue) =>
        new()
        {
            CommandType = CommandType.ScheduleActivityTask,
            ScheduleActivityTaskCommandAttributes = new ScheduleActivityTaskCommandAttributes
            {
                ActivityId = id,
                ActivityType = new ActivityType { Name = "Bench" },
                TaskQueue = new TaskQueue { Name = queue },
                StartToCloseTimeout = new Google.Protobuf.WellKnownTypes.Duration { Seconds = 3600 },
            },
        };

    /// <summary>Does something once per number below a count, so many at a time.</summary>
    public static async Task ManyAsync(int count, int atATime, Func<int, Task> work)
    {
        var next = -1;
        await Task.WhenAll(
            Enumerable
                .Range(0, atATime)
                .Select(async _ =>
                {
                    for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                    {
                        await work(i);
                    }
                })
        );
    }

    public async ValueTask DisposeAsync()
    {
        _calls.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
