using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Orchestrator.Gates.Worktrees;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests;

public sealed partial class WorktreePortAndFolderAssignerTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    public async Task InitializeAsync() => await Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var worktree in Directory.EnumerateDirectories(_folder.Path).Where(folder => folder != _folder["home"]))
        {
            Directory.Delete(worktree, recursive: true);
        }

        await Claims.ReleaseThoseThatAreOverAsync(CancellationToken.None);
        _folder.Dispose();
    }

    [Fact]
    public async Task Worktrees_TakenTogether_HaveNothingInCommon()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => TakeAsync($"run/task-with-a-long-name-{number}")));

        Assert.Equal(8, all.SelectMany(one => Enumerable.Range(one.FirstPort, 20)).Distinct().Count() / 20);
        Assert.Equal(8, all.Select(one => one.Name).Distinct().Count());
        Assert.All(all, one => Assert.Matches(NameRule(), one.Name));
        Assert.Equal(8, all.Select(one => one.TemporaryFolder).Distinct().Count());
        Assert.All(all, one => Assert.True(one.TemporaryFolder.Length < 60 && Directory.Exists(one.TemporaryFolder)));
        Assert.All(all, one => Assert.Equal("700", Output("stat", "-c", "%a", one.TemporaryFolder)));
    }

    [Fact]
    public async Task Worktree_TakenAgain_KeepsItsValuesAndItsFiles_UntilItIsFresh()
    {
        var first = await TakeAsync("1-api");
        await File.WriteAllTextAsync(Path.Combine(first.TemporaryFolder, "left"), "");

        Assert.Equal(first, await TakeAsync("1-api"));
        Assert.True(File.Exists(Path.Combine(first.TemporaryFolder, "left")));
        Assert.Equal(first, await TakeAsync("1-api", WorktreePurpose.Fresh));
        Assert.Empty(Directory.EnumerateFileSystemEntries(first.TemporaryFolder));
        Assert.StartsWith("w1_api_", first.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worktree_IsGone_ItsFolderIsRemovedAndItsPortsAreFree()
    {
        var gone = await TakeAsync("gone");
        var stays = await TakeAsync("stays");
        Directory.Delete(_folder["gone"]);

        await Claims.ReleaseThoseThatAreOverAsync(CancellationToken.None);

        Assert.Equal((false, true), (Directory.Exists(gone.TemporaryFolder), Directory.Exists(stays.TemporaryFolder)));
        Assert.Equal((gone.FirstPort, gone.Name), (await TakeAsync("gone")) is var again ? (again.FirstPort, again.Name) : default);
    }

    [Fact]
    public async Task Port_TakenByAStranger_IsExchangedOnlyWhereNobodyWorks()
    {
        var before = await TakeAsync("task");
        using var stranger = new TcpListener(IPAddress.Loopback, before.FirstPort + 7);
        stranger.Start();

        var continued = await TakeAsync("task", WorktreePurpose.Continued);
        var idle = await TakeAsync("task");

        Assert.Equal(before, continued);
        Assert.NotEqual(before.FirstPort, idle.FirstPort);
        Assert.Equal((before.Name, before.TemporaryFolder), (idle.Name, idle.TemporaryFolder));
    }

    [Fact]
    public async Task Port_TakenByTheWorktreesOwnServer_Stays()
    {
        var before = await TakeAsync("task");
        using var own = new TcpListener(IPAddress.Loopback, before.FirstPort);
        own.Start();
        using var server = Process.Start(
            new ProcessStartInfo("sleep", ["600"]) { Environment = { [WorktreePortsAndFolders.NameVariable] = before.Name } }
        )!;
        try
        {
            Assert.Equal(before, await TakeAsync("task"));
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task ClaimOfAProcess_ThatHasEnded_IsTakenBack()
    {
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "read x"]) { RedirectStandardInput = true, UseShellExecute = false }
        )!;
        var owner = ProcessIdentity.Of(process.Id)!;
        Directory.CreateDirectory(_folder["checkout"]);
        var taken = await Claims.ClaimAsync(_folder["checkout"], WorktreePurpose.Fresh, CancellationToken.None, owner);
        var beside = await TakeAsync("checkout");
        process.StandardInput.Close();
        await process.WaitForExitAsync();

        await Claims.ReleaseThoseThatAreOverAsync(CancellationToken.None);

        Assert.NotEqual((taken.FirstPort, taken.Name), (beside.FirstPort, beside.Name));
        Assert.Equal((false, true), (Directory.Exists(taken.TemporaryFolder), Directory.Exists(beside.TemporaryFolder)));
    }

    [Fact]
    public async Task LongTemporaryFolderOfTheUser_IsNotUsed_SoThatSocketsFit()
    {
        var parent = _folder.Folder(new string('x', 90));
        var worktree = _folder.Folder("task");

        var taken = await WorktreePortAndFolderAssigner
            .Of(new Dictionary<string, string> { ["HOME"] = _folder["home"], ["TMPDIR"] = parent })
            .ClaimAsync(worktree, WorktreePurpose.Idle, CancellationToken.None);

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(taken.TemporaryFolder, ".s.PGSQL.5432.a-name-as-long-as-they-come.socket")));
    }

    [Fact]
    public void Variables_AreMadeOfTheWorktreesOwn()
    {
        var variables = new WorktreePortsAndFolders(20040, "/tmp/orc-1", "api_12").Variables(
            new Dictionary<string, string>
            {
                ["DATABASE_URL"] = "postgres://localhost/app_{worktree}",
                ["PORT"] = "{port}",
                ["DEBUG_PORT"] = "{port+19}",
                ["SOCKET"] = "{tmp}/s",
                ["AS_IT_IS"] = "{{port}} {\"a\": 1} {}",
            }
        );

        Assert.Equal(
            ("20040", "api_12", "/tmp/orc-1", "postgres://localhost/app_api_12", "20040", "20059", "/tmp/orc-1/s", "{port} {\"a\": 1} {}"),
            (
                variables["ORCHESTRATOR_PORT"],
                variables["ORCHESTRATOR_WORKTREE"],
                variables["TMPDIR"],
                variables["DATABASE_URL"],
                variables["PORT"],
                variables["DEBUG_PORT"],
                variables["SOCKET"],
                variables["AS_IT_IS"]
            )
        );
    }

    [Fact]
    public void Ranges_LieOutsideOfTheSystemsOwn_WhereThatLeavesEnough()
    {
        var usual = PortRanges.Of(32768, 60999);
        var none = PortRanges.Of(1024, 65535);

        Assert.All(usual, first => Assert.True(first + 20 <= 32768 || first >= 61000));
        Assert.True(usual.Count > 800 && none.Count > 2000);
        Assert.All(none, first => Assert.InRange(first, 20000, 65516));
    }

    private WorktreePortAndFolderAssigner Claims =>
        WorktreePortAndFolderAssigner.Of(new Dictionary<string, string> { ["HOME"] = _folder["home"] });

    private Task<WorktreePortsAndFolders> TakeAsync(string name, WorktreePurpose use = WorktreePurpose.Idle) =>
        Claims.ClaimAsync(_folder.Folder(name), use, CancellationToken.None);

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        return process.StandardOutput.ReadToEnd().Trim();
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,19}$")]
    private static partial Regex NameRule();
}
