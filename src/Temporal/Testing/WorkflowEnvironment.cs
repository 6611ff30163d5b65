using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Temporal.Server;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Client;
using Temporalio.Common.EnvConfig;

namespace Temporalio.Testing;

/// <summary>A server for tests, with a client of it. Dispose it to stop the server that it has started.</summary>
public class WorkflowEnvironment : IAsyncDisposable
{
    private readonly TemporalServer? _server;
    private readonly string? _socket;
    private readonly TimeSkippingInterceptor? _skipping;

    /// <summary>Uses a server that is there already.</summary>
    public WorkflowEnvironment(ITemporalClient client)
    {
        Client = client;
        Logger = client.Options.LoggerFactory.CreateLogger<WorkflowEnvironment>();
    }

    private WorkflowEnvironment(ITemporalClient client, TemporalServer server, string socket, TimeSkippingInterceptor? skipping)
        : this(client)
    {
        (_server, _socket, _skipping) = (server, socket, skipping);
    }

    /// <summary>Client of the server.</summary>
    public ITemporalClient Client { get; protected init; }

    /// <summary>Whether time is skipped while a test waits for the result of a workflow.</summary>
    public virtual bool SupportsTimeSkipping => _skipping is not null;

    /// <summary>Logger of the environment.</summary>
    protected ILogger<WorkflowEnvironment> Logger { get; }

    /// <summary>Starts an embedded server, in memory unless the options name a file, on a socket of its own.</summary>
    /// <exception cref="ArgumentException">A program is named that is to be the server.</exception>
    public static Task<WorkflowEnvironment> StartLocalAsync(WorkflowEnvironmentStartLocalOptions? options = null)
    {
        var copy = (WorkflowEnvironmentStartLocalOptions)(options ?? new()).Clone();
        RequireNoProgram(copy.DevServerOptions.ExistingPath);
        var settings = new TemporalServerOptions { DatabasePath = copy.DevServerOptions.DatabaseFilename };
        return StartAsync(copy, copy.DevServerOptions.Apply(settings), skipping: null, copy.SearchAttributes);
    }

    /// <summary>
    /// Starts an embedded server in memory whose clock skips the times at which nothing happens, while a client waits for the result of a
    /// workflow.
    /// </summary>
    /// <exception cref="ArgumentException">A program is named that is to be the server.</exception>
    public static Task<WorkflowEnvironment> StartTimeSkippingAsync(WorkflowEnvironmentStartTimeSkippingOptions? options = null)
    {
        var copy = (WorkflowEnvironmentStartTimeSkippingOptions)(options ?? new()).Clone();
        RequireNoProgram(copy.TestServer.ExistingPath);
        return StartAsync(copy, new() { TimeSkipping = true }, new(), searchAttributes: null);
    }

    /// <summary>Uses the server that the environment's variables and configuration file name.</summary>
    public static async Task<WorkflowEnvironment> CreateFromEnvConfigAsync(ClientEnvConfig.ProfileLoadOptions? profileLoadOptions = null) =>
        new(await TemporalClient.ConnectAsync(ClientEnvConfig.LoadClientConnectOptions(profileLoadOptions)));

    /// <summary>Lets time pass: real time, or the server's where it can be skipped.</summary>
    public Task DelayAsync(int millisecondsDelay, CancellationToken? cancellationToken = null) =>
        DelayAsync(TimeSpan.FromMilliseconds(millisecondsDelay), cancellationToken);

    /// <summary>Lets time pass: real time, or the server's where it can be skipped.</summary>
    public virtual async Task DelayAsync(TimeSpan delay, CancellationToken? cancellationToken = null)
    {
        if (_skipping is null)
        {
            await Task.Delay(delay, cancellationToken ?? CancellationToken.None);
            return;
        }

        await Client.Connection.TestService.UnlockTimeSkippingWithSleepAsync(
            new() { Duration = Duration.FromTimeSpan(delay) },
            new() { CancellationToken = cancellationToken }
        );
    }

    /// <summary>The server's time where it can be skipped, else this machine's.</summary>
    public virtual async Task<DateTime> GetCurrentTimeAsync() =>
        _skipping is null ? DateTime.UtcNow : (await Client.Connection.TestService.GetCurrentTimeAsync(new())).Time.ToDateTime();

    /// <summary>Runs code in which waiting for a result does not skip time.</summary>
    public void WithAutoTimeSkippingDisabled(Action func)
    {
        using (_skipping?.Disable())
        {
            func();
        }
    }

    /// <summary>Runs code in which waiting for a result does not skip time.</summary>
    /// <typeparam name="T">Type of the value.</typeparam>
    public virtual T WithAutoTimeSkippingDisabled<T>(Func<T> func)
    {
        using (_skipping?.Disable())
        {
            return func();
        }
    }

    /// <summary>Runs code in which waiting for a result does not skip time.</summary>
    public async Task WithAutoTimeSkippingDisabledAsync(Func<Task> func)
    {
        using (_skipping?.Disable())
        {
            await func();
        }
    }

    /// <summary>Runs code in which waiting for a result does not skip time.</summary>
    /// <typeparam name="T">Type of the value.</typeparam>
    public virtual async Task<T> WithAutoTimeSkippingDisabledAsync<T>(Func<Task<T>> func)
    {
        using (_skipping?.Disable())
        {
            return await func();
        }
    }

    /// <summary>Stops the server that the environment has started.</summary>
    public virtual async Task ShutdownAsync()
    {
        if (_server is not null)
        {
            await _server.StopAsync();
            File.Delete(_socket!);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ShutdownAsync();
        GC.SuppressFinalize(this);
    }

    private static void RequireNoProgram(string? path)
    {
        if (path is not null)
        {
            throw new ArgumentException(
                $"The server of this environment is part of this process; '{path}' is not started. Start it yourself and use "
                    + "CreateFromEnvConfigAsync or the constructor with a client."
            );
        }
    }

    private static async Task<WorkflowEnvironment> StartAsync(
        TemporalClientConnectOptions options,
        TemporalServerOptions settings,
        TimeSkippingInterceptor? skipping,
        IReadOnlyCollection<Common.SearchAttributeKey>? searchAttributes
    )
    {
        var socket = Path.Combine(Path.GetTempPath(), $"temporal-test-{Guid.NewGuid().ToString("N")[..12]}.sock");
        var server = new TemporalServer(settings with { SocketPath = socket }, options.LoggerFactory);
        await server.StartAsync();
        try
        {
            options.TargetHost = $"unix:{socket}";
            if (skipping is not null)
            {
                options.Interceptors = [.. options.Interceptors ?? [], skipping];
            }

            var client = await TemporalClient.ConnectAsync(options);
            if (skipping is not null)
            {
                skipping.Service = client.Connection.TestService;
            }

            if (searchAttributes is { Count: > 0 })
            {
                var request = new AddSearchAttributesRequest { Namespace = options.Namespace };
                foreach (var key in searchAttributes)
                {
                    request.SearchAttributes[key.Name] = key.ValueType;
                }

                await client.OperatorService.AddSearchAttributesAsync(request);
            }

            return new(client, server, socket, skipping);
        }
        catch
        {
            await server.StopAsync();
            throw;
        }
    }
}
