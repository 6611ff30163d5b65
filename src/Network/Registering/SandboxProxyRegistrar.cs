using System.Globalization;
using System.Text.Json;
using Orchestrator.Processes;

namespace Orchestrator.Network;

/// <summary>
/// Provides network access for sandboxes by registering each sandbox with the user's proxy. Starts the proxy if it is not running.
/// </summary>
/// <param name="program">Command line that starts this program, outside and inside sandboxes.</param>
/// <param name="folder">Absolute path of the proxy's folder in the user's state. No sandbox may show it.</param>
/// <param name="time">Clock.</param>
public sealed class SandboxProxyRegistrar(IReadOnlyList<string> program, string folder, TimeProvider time)
{
    /// <summary>Port of the proxy on a sandbox's loopback.</summary>
    public const int ProxyPort = 3128;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(320);
    private static readonly string[] Kept = ["PATH", "HOME", "LANG", "DOTNET_ROOT"];

    /// <summary>Registers a sandbox that is about to start. Its sockets must be handed over within two minutes.</summary>
    /// <param name="request">Request with the sandbox and its policy.</param>
    /// <returns>Network for a single start (see <see cref="Sandbox.Network"/>).</returns>
    /// <exception cref="FormatException">An entry of the policy or the upstream proxy is malformed or not supported.</exception>
    /// <exception cref="IOException">The proxy can't be started, or it refused the request. The message names the proxy's log.</exception>
    public async Task<SandboxNetwork> RegisterAsync(SandboxRegistrationRequest request, CancellationToken stop)
    {
        var ports = NetworkPolicy.Of(request.Mode, request.Allow).ForwardedPorts.Where(port => port != ProxyPort).Prepend(ProxyPort);
        _ = request.Route(); // Parsed here, so that the exception names the invalid variable.
        var line = JsonSerializer
            .SerializeToUtf8Bytes(request, NetworkJsonContext.Default.SandboxRegistrationRequest)
            .Append((byte)'\n')
            .ToArray();
        var answer = await AskAsync(line, stop);
        return answer.Socket is { } socket
            ? new SandboxNetwork(
                socket,
                [
                    .. program,
                    SandboxSocketOpener.Command,
                    Bubblewrap.NetworkSocket,
                    string.Join(',', ports.Select(port => port.ToString(CultureInfo.InvariantCulture))),
                ]
            )
            : throw new IOException($"The network proxy refused a sandbox: {answer.Error}");
    }

    private async Task<SandboxRegistrationResponse> AskAsync(byte[] line, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        ProcessIdentity? started = null;
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : pause)
        {
            if (await TryAskAsync(line, stop) is { } answer)
            {
                return answer;
            }
            if (time.GetElapsedTime(began) > Patience)
            {
                throw new IOException($"The network proxy did not start within {Patience.TotalSeconds:0} s. See {LogFile}.");
            }
            // A proxy that ends immediately has found another proxy, which was about to listen or to end.
            if (started?.IsAlive() != true)
            {
                started = await StartAsync();
            }
            await Task.Delay(pause, time, stop);
        }
    }

    /// <summary>Sends the request to the proxy. Returns null if no proxy is listening, or if the proxy ends before answering.</summary>
    private async Task<SandboxRegistrationResponse?> TryAskAsync(byte[] line, CancellationToken stop)
    {
        using Socket proxy = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await proxy.ConnectAsync(new UnixDomainSocketEndPoint(NetworkProxy.SocketIn(folder)), stop);
            await SocketPump.SendAsync(proxy, line, stop);
            using NetworkStream answers = new(proxy);
            using StreamReader reader = new(answers);
            return await reader.ReadToEndAsync(stop) is { Length: > 0 } text
                ? JsonSerializer.Deserialize(text, NetworkJsonContext.Default.SandboxRegistrationResponse)
                : null;
        }
        catch (Exception missing) when (missing is SocketException or IOException { InnerException: SocketException } or JsonException)
        {
            return null;
        }
    }

    private string LogFile => Path.Combine(folder, "proxy.log");

    // The proxy receives no variables of the run, because they may contain keys.
    private Task<ProcessIdentity> StartAsync()
    {
        PrivateFolder.Make(folder);
        return new DetachedProcessStarter(time).StartAsync(
            new DetachedProcessOptions(program[0], [.. program.Skip(1), NetworkProxy.Command, folder])
            {
                WorkingDirectory = folder,
                CleanEnvironment = true,
                Environment = Kept.ToDictionary(name => name, Environment.GetEnvironmentVariable),
                OutputFile = LogFile,
                ErrorFile = LogFile,
            }
        );
    }
}
