using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Agents;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Descriptions;
using Orchestrator.Runs.Sandboxing;
using Xunit;

namespace Orchestrator.Runs.Tests.Sandboxing;

/// <summary>Copies of Codex's login, whose access token is a JSON web token with its end.</summary>
public sealed class SandboxLoginCopiesTests : IDisposable
{
    private static readonly DateTimeOffset s_ended = DateTimeOffset.UnixEpoch.AddYears(40);
    private static readonly DateTimeOffset s_later = DateTimeOffset.UnixEpoch.AddYears(130);
    private readonly string _home = Directory.CreateTempSubdirectory("logins-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task TakeAsync_TokenThatEnds_WaitsForTheFirstAgentToReplaceIt()
    {
        Write(File, Login("me", s_ended, 0));
        var first = await LoginsOf("1").TakeAsync([], CancellationToken.None);

        var second = LoginsOf("2").TakeAsync([], CancellationToken.None);
        Assert.False(second.IsCompleted);
        Write(first[0].Source, Login("me", s_later, 1));

        Assert.Equal(Login("me", s_later, 1), Read((await second)[0].Source));
        Assert.Equal(Login("me", s_later, 1), Read(File));
    }

    [Fact]
    public async Task TakeAsync_AgentThatEndedWithoutReplacingTheToken_IsNoLongerAwaited()
    {
        Write(File, Login("me", s_ended, 0));
        await LoginsOf("1").TakeAsync([], CancellationToken.None);
        var second = LoginsOf("2").TakeAsync([], CancellationToken.None);

        await LoginsOf("1").ReturnAsync();

        Assert.Single(await second);
    }

    [Fact]
    public async Task TakeAsync_KeyInTheEnvironment_WaitsForNobody()
    {
        Write(File, Login("me", s_ended, 0));
        await LoginsOf("1").TakeAsync([], CancellationToken.None);

        Assert.Single(await LoginsOf("2", ("OPENAI_API_KEY", "key")).TakeAsync([], CancellationToken.None));
    }

    [Fact]
    public async Task SynchronizeAsync_NewTokens_ReachTheCopiesOfOtherAgents()
    {
        Write(File, Login("me", s_later, 0));
        var one = await LoginsOf("1").TakeAsync([], CancellationToken.None);
        var two = await LoginsOf("2").TakeAsync([], CancellationToken.None);
        Write(one[0].Source, Login("me", s_later, 1));

        await LoginsOf("3").SynchronizeAsync();

        Assert.Equal(Login("me", s_later, 1), Read(two[0].Source));
    }

    /// <summary>The user's file keeps the key, no copy ever has it, and tokens beside it are passed on.</summary>
    [Fact]
    public async Task TakeAsync_StoredKeyThatStaysOutside_IsInNoCopy()
    {
        const string NoKey = "\"OPENAI_API_KEY\":null,";
        Write(File, WithKey(0));
        var key = new ProxyableAgentApiKey("CODEX_API_KEY", null, "https://api.openai.com/v1")
        {
            Stored = new AgentApiKeyLocation(File, "OPENAI_API_KEY"),
        };
        var one = await LoginsOf("1").TakeAsync([key], CancellationToken.None);
        var two = await LoginsOf("2").TakeAsync([key], CancellationToken.None);
        var other = await LoginsOf("3").TakeAsync([], CancellationToken.None);
        Assert.Equal(Without(0), Read(one[0].Source));
        Assert.Equal(WithKey(0), Read(other[0].Source));
        Write(one[0].Source, Without(1));

        Assert.Empty(await LoginsOf("1").ReturnAsync());

        Assert.Equal(Without(1), Read(two[0].Source));
        Assert.Equal(WithKey(1), Read(other[0].Source));
        Assert.Equal(WithKey(1), Read(File));

        static string WithKey(int version) =>
            Login("me", s_later, version).Replace(NoKey, "\"OPENAI_API_KEY\":\"canary\",", StringComparison.Ordinal);
        static string Without(int version) => Login("me", s_later, version).Replace(NoKey, "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task SynchronizeAsync_TokensReplacedByTheUser_AreKept()
    {
        Write(File, Login("me", s_later, 0));
        var copy = await LoginsOf("1").TakeAsync([], CancellationToken.None);
        Write(File, Login("me", s_later, 1));
        Write(copy[0].Source, Login("me", s_later, 2));

        await LoginsOf("1").SynchronizeAsync();

        Assert.Equal(Login("me", s_later, 1), Read(File));
        Assert.Equal(Login("me", s_later, 1), Read(copy[0].Source));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"tokens\":{\"access_token\":\"\"}}")]
    [InlineData("{\"tokens\":{\"access_token\":\"\\ud800\",\"refresh_token\":\"r\"}}")]
    [InlineData("{\"tokens\":{\"access_token\":1,\"access_token\":2}}")]
    [InlineData("{\"tokens\":{\"access_token\":\"a\",\"refresh_token\":\"r\",\"id_token\":{\"x\":1}}}")]
    public async Task ReturnAsync_CopyThatIsNoLogin_LeavesTheUsersFile(string content)
    {
        Write(File, Login("me", s_later, 0));
        var copy = await LoginsOf("1").TakeAsync([], CancellationToken.None);
        Write(copy[0].Source, content);

        await LoginsOf("1").ReturnAsync();

        Assert.Equal(Login("me", s_later, 0), Read(File));
        Assert.False(Path.Exists(copy[0].Source));
    }

    [Fact]
    public async Task ReturnAsync_OtherAccount_LeavesTheUsersFileAndIsNamed()
    {
        Write(File, Login("me", s_later, 0));
        var copy = await LoginsOf("1").TakeAsync([], CancellationToken.None);
        Write(copy[0].Source, Login("you", s_later, 1));
        await LoginsOf("2").SynchronizeAsync();

        Assert.Equal(Login("me", s_later, 0), Read(copy[0].Source));
        Assert.Contains("another account", Assert.Single(await LoginsOf("1").ReturnAsync()), StringComparison.Ordinal);

        Assert.Equal(Login("me", s_later, 0), Read(File));
    }

    [Fact]
    public async Task SynchronizeAsync_FileThatIsALink_IsReplacedBehindIt()
    {
        var place = Path.Combine(_home, "dotfiles.json");
        Write(place, Login("me", s_later, 0));
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.CreateSymbolicLink(File, place);
        var copy = await LoginsOf("1").TakeAsync([], CancellationToken.None);
        Write(copy[0].Source, Login("me", s_later, 1));

        await LoginsOf("1").SynchronizeAsync();

        Assert.Equal(place, new FileInfo(File).LinkTarget);
        Assert.Equal(Login("me", s_later, 1), Read(place));
    }

    private string File => Path.Combine(_home, ".codex/auth.json");

    private SandboxLoginCopies LoginsOf(string start, params (string Name, string Value)[] more)
    {
        Dictionary<string, string> environment = new() { ["HOME"] = _home };
        foreach (var (name, value) in more)
        {
            environment[name] = value;
        }
        var folder = Directory.CreateDirectory(Path.Combine(_home, "starts", start)).FullName;
        return new SandboxLoginCopies(new CommandAgentRunner("codex", ["codex"], environment), folder, environment, TimeProvider.System);
    }

    private static string Login(string account, DateTimeOffset end, int number)
    {
        var claims = new JsonObject
        {
            ["sub"] = account,
            ["exp"] = end.ToUnixTimeSeconds(),
            ["n"] = number,
        };
        return new JsonObject
        {
            ["OPENAI_API_KEY"] = null,
            ["tokens"] = new JsonObject
            {
                ["id_token"] = $"id{number}",
                ["access_token"] = $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}.s",
                ["refresh_token"] = $"refresh{number}",
                ["account_id"] = account,
            },
            ["last_refresh"] = $"2026-01-0{number + 1}T00:00:00Z",
        }.ToJsonString();
    }

    private static string Read(string path) => System.IO.File.ReadAllText(path);

    // As programs do it: the file stays the same one, which the sandbox shows.
    private static void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
    }
}
