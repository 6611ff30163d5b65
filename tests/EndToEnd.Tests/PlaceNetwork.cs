using Orchestrator.TestKit.Rpc;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The network of one machine: its way to the server and its way to the git remote, each of which may be cut.</summary>
internal sealed class PlaceNetwork : IAsyncDisposable
{
    private readonly RpcProxy _proxy;
    private readonly MachinePlace _place;
    private readonly string _remote;
    private volatile bool _isApart;

    private PlaceNetwork(RpcProxy proxy, MachinePlace place, string remote)
    {
        (_proxy, _place, _remote) = (proxy, place, remote);
        proxy.Handle = PassAsync;
    }

    /// <summary>The address of the server, as this machine has to know it.</summary>
    public string Address => _proxy.Address;

    /// <summary>Begins.</summary>
    /// <param name="place">The machine.</param>
    /// <param name="server">The server's own address.</param>
    /// <param name="remote">The git remote that machines share.</param>
    public static async Task<PlaceNetwork> StartAsync(MachinePlace place, string server, string remote) =>
        new(await RpcProxy.StartAsync(server), place, remote);

    /// <summary>Cuts the machine off, both ways, or joins it again.</summary>
    /// <param name="server">True if the host can't reach the server.</param>
    /// <param name="remote">True if the host can't reach the remote.</param>
    public void Part(bool server, bool remote)
    {
        _isApart = server;
        _place.Configure(remote ? $"[url \"{_place.Beside("nowhere")}\"]\n insteadOf = {_remote}\n" : "");
    }

    /// <summary>Lets a remote refuse every push, or accept pushes again.</summary>
    public static void Refuse(string remote, bool refuses)
    {
        var hook = Path.Combine(Directory.CreateDirectory(Path.Combine(remote, "hooks")).FullName, "pre-receive");
        File.WriteAllText(hook, $"#!/bin/sh\nexit {(refuses ? 1 : 0)}\n");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    private async Task PassAsync(ProxiedCall call)
    {
        if (!_isApart)
        {
            var answer = await call.ForwardAsync();
            if (!_isApart)
            {
                await call.AnswerAsync(answer);
                return;
            }
        }
        call.Http.Abort();
    }
}
