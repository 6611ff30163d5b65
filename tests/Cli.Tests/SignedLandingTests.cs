using Orchestrator.Processes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Landed commits bear the user's signature if git is configured for it and <c>git.sign</c> is set.</summary>
public sealed class SignedLandingTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: One, files_write: [one.txt]}
          - {id: two, description: Two, files_write: [two.txt], depends_on: [one]}
        """;

    [KeyTheory]
    [InlineData("ssh", "merge")]
    [InlineData("ssh", "rebase")]
    [InlineData("openpgp", "squash")]
    [InlineData("openpgp", "merge")]
    public async Task Land_AsConfigured_IsSigned(string format, string land)
    {
        using var key = Key.Make(format);
        using var cli = await RepositoryAsync(key, "as-configured");
        var start = cli.Git("rev-parse", "main").Trim();

        var run = await cli.RunAsync("run", "--yes", "--land", land);

        Assert.True(run.ExitCode == 0, run.People);
        var tip = cli.Git("rev-parse", "main").Trim();
        var signatures = cli.Git([.. key.Verifying, "log", "--format=%G? %P", "--first-parent", $"{start}..main"]).Trim().Split('\n');
        Assert.All(signatures, line => Assert.StartsWith("G ", line, StringComparison.Ordinal));
        Assert.Equal(land == "merge" ? 1 : 2, signatures.Length);
        if (land == "merge")
        {
            // One closing merge commit; nothing below it is signed.
            Assert.Equal(3, signatures[0].Split(' ').Length);
            Assert.Equal(cli.Git("rev-parse", "main^{tree}"), cli.Git("rev-parse", "main^2^{tree}"));
            Assert.DoesNotContain("G", cli.Git([.. key.Verifying, "log", "--format=%G?", $"{start}..main^2"]), StringComparison.Ordinal);
        }
        else
        {
            Assert.Empty(cli.Git("rev-list", "--merges", $"{start}..main"));
        }
        Assert.Equal("", cli.Git("status", "--porcelain", "--untracked-files=no"));
        Assert.Empty(cli.Git("for-each-ref", "refs/heads/orchestrator"));
        Assert.Equal(tip, (string?)(await cli.RunAsync("status", "--json")).Json["landedCommit"]);
        Assert.Equal(0, (await cli.RunAsync("abort", "run", "--yes")).ExitCode);
        Assert.Equal(start, cli.Git("rev-parse", "main").Trim());
    }

    /// <summary>A landing that stops after its signature is repeated with the same commit: a second signature would have another
    /// time.</summary>
    [KeyFact]
    public async Task Land_StoppedAfterItsSignature_LandsThatCommit()
    {
        using var key = Key.Make("openpgp");
        using var cli = await RepositoryAsync(key, "as-configured");
        cli.Write("one.txt", "in the way\n");

        var stopped = await cli.RunAsync("run", "--yes");
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        var recorded = cli.Read($".orchestrator/runs/{run}/landing-signed").Split('\n')[^1];
        var calls = key.Calls;
        File.Delete(Path.Combine(cli.Folder, "one.txt"));
        var landed = await cli.RunAsync("land", "--yes");

        Assert.Equal(3, stopped.ExitCode);
        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal(recorded, cli.Git("rev-parse", "main").Trim());
        Assert.Equal(calls, key.Calls);
    }

    /// <summary>A part lands, and the rest later: each landing has its own signed commit.</summary>
    [KeyFact]
    public async Task Land_InTwoParts_EachIsSigned()
    {
        using var key = Key.Make("ssh");
        using var cli = await RepositoryAsync(
            key,
            "as-configured",
            "[ $ORCHESTRATOR_TASK = two ] && [ ! -e \"$HOME/well\" ] && exit 0; echo x > $ORCHESTRATOR_TASK.txt"
        );
        cli.Write(
            "tasks.yaml",
            Plan.Replace("[two.txt],", "[two.txt], max_retries: 0, verification: [{command: test -s two.txt}],", StringComparison.Ordinal)
        );
        var start = cli.Git("rev-parse", "main").Trim();
        Assert.Equal(1, (await cli.RunAsync("run", "--yes")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("land", "--merged", "--yes")).ExitCode);
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "well"), "");

        var finished = await cli.RunAsync("retry", "two", "--resume");

        Assert.True(finished.ExitCode == 0, finished.People);
        Assert.Equal("G\nG", cli.Git([.. key.Verifying, "log", "--first-parent", "--format=%G?", $"{start}..main"]).Trim());
        Assert.Equal("x\n", cli.Git("show", "main:two.txt"));
        Assert.Equal(0, (await cli.RunAsync("abort", "run", "--yes")).ExitCode);
        Assert.Equal(start, cli.Git("rev-parse", "main").Trim());
    }

    /// <summary>A key whose agent does not answer stops the landing with the cure, before the run already with a question.</summary>
    [KeyFact]
    public async Task Land_KeyDoesNotAnswer_StopsAndLandsOnceItDoes()
    {
        using var key = Key.Make("openpgp");
        using var cli = await RepositoryAsync(key, "as-configured");
        key.Lock();
        var start = cli.Git("rev-parse", "main").Trim();

        var check = await cli.RunAsync("check");
        var asked = await cli.RunAsync("run");
        var stopped = await cli.RunAsync("run", "--yes");
        key.Unlock();
        var landed = await cli.RunAsync("land", RunOf(stopped));

        Assert.Contains("A landing could not sign its commits (git.sign: as-configured)", check.Output, StringComparison.Ordinal);
        Assert.Equal((3, 3), (asked.ExitCode, stopped.ExitCode));
        Assert.Contains("The landing can't be signed now", asked.People, StringComparison.Ordinal);
        Assert.Contains("Unlock the key in ssh-agent or gpg-agent", stopped.People, StringComparison.Ordinal);
        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal("G", cli.Git([.. key.Verifying, "log", "--first-parent", "--format=%G?", $"{start}..main"]).Trim());
    }

    private static string RunOf(CliFixture.CliResult result) => result.People.Split(' ', 2)[0];

    /// <summary>Signing is off unless the settings say otherwise, and 'check' says which holds.</summary>
    [KeyFact]
    public async Task Land_SigningIsOff_IsNotSignedAndCheckSaysSo()
    {
        using var key = Key.Make("ssh");
        using var cli = await RepositoryAsync(key, sign: null);

        var off = await cli.RunAsync("check");
        var run = await cli.RunAsync("run", "--yes");
        cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + "git: {sign: as-configured}\n");
        await cli.TrustAsync();
        var on = await cli.RunAsync("check");
        cli.Git("config", "commit.gpgSign", "false");
        var unconfigured = await cli.RunAsync("check");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("N", cli.Git([.. key.Verifying, "log", "-1", "--format=%G?", "main"]).Trim());
        Assert.Contains("commit.gpgSign is on, but landed commits are not signed (git.sign: off)", off.Output, StringComparison.Ordinal);
        Assert.Contains("signs landed commits (one closing merge commit)", on.Output, StringComparison.Ordinal);
        Assert.Contains("landed commits are not signed, because commit.gpgSign is off", unconfigured.Output, StringComparison.Ordinal);
    }

    private static async Task<CliFixture> RepositoryAsync(Key key, string? sign, string agent = "echo x > $ORCHESTRATOR_TASK.txt")
    {
        var cli = RunCommandTests.Repository(agent);
        if (sign is not null)
        {
            cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + $"git: {{sign: {sign}}}\n");
        }
        foreach (var (name, value) in key.Configuration)
        {
            cli.Git("config", name, value);
        }
        cli.Write("tasks.yaml", Plan);
        return await cli.TrustAsync();
    }

    /// <summary>A key of its own in a folder of its own, which no agent program of the machine knows.</summary>
    private sealed class Key : IDisposable
    {
        private const string User = "Test <test@localhost>";
        private readonly string _folder;
        private readonly string _format;
        private readonly string _key;

        private Key(string folder, string format, string key) => (_folder, _format, _key) = (folder, format, key);

        /// <summary>Number of times the program signed or verified.</summary>
        public int Calls => File.Exists(In("calls")) ? File.ReadAllLines(In("calls")).Length : 0;

        /// <summary>Settings of git that sign commits with it.</summary>
        public IEnumerable<(string Name, string Value)> Configuration =>
            [
                ("user.name", "Test"),
                ("user.email", "test@localhost"),
                ("commit.gpgSign", "true"),
                ("gpg.format", _format),
                ("user.signingKey", _key),
                .. _format == "openpgp" ? [("gpg.program", In("program"))] : Array.Empty<(string, string)>(),
            ];

        /// <summary>Options of git that verify signatures of it.</summary>
        public string[] Verifying =>
            _format == "ssh" ? ["-c", $"gpg.ssh.allowedSignersFile={In("signers")}"] : ["-c", $"gpg.program={In("verifier")}"];

        public static Key Make(string format)
        {
            // A socket of gpg's agent lies in the folder, and its path must be short.
            var folder = Directory.CreateTempSubdirectory("key-").FullName;
            var program = Path.Combine(folder, "program");
            if (format == "ssh")
            {
                Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "key"));
                var text = File.ReadAllText(Path.Combine(folder, "key.pub"));
                File.WriteAllText(Path.Combine(folder, "signers"), $"test@localhost {text}");
                return new Key(folder, format, Path.Combine(folder, "key.pub"));
            }
            Run("gpg", "--homedir", folder, "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", User, "ed25519", "sign", "never");
            Script(program, $"echo >> '{folder}/calls'; [ -e '{folder}/locked' ] && exit 2; exec gpg --homedir '{folder}' \"$@\"");
            Script(Path.Combine(folder, "verifier"), $"exec gpg --homedir '{folder}' \"$@\"");
            return new Key(folder, format, "test@localhost");
        }

        public void Lock() => File.WriteAllText(In("locked"), "");

        public void Unlock() => File.Delete(In("locked"));

        public void Dispose()
        {
            if (_format == "openpgp")
            {
                Run("gpgconf", "--homedir", _folder, "--kill", "all");
            }
            Directory.Delete(_folder, recursive: true);
        }

        private string In(string name) => Path.Combine(_folder, name);

        private static void Script(string path, string text)
        {
            File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        private static void Run(string program, params string[] arguments)
        {
            using var process = System.Diagnostics.Process.Start(program, arguments);
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}");
        }
    }

    private static readonly string[] Programs = ["gpg", "gpgconf", "ssh-keygen"];

    /// <summary>Needs gpg and ssh-keygen (<c>tests/allowed-skips.txt</c>).</summary>
    private static string? Missing =>
        Programs.FirstOrDefault(program => ProgramLocator.Find(program, path: null) is null) is { } missing
            ? $"{missing} is not in PATH."
            : null;

    private sealed class KeyFactAttribute : FactAttribute
    {
        public KeyFactAttribute() => Skip = Missing;
    }

    private sealed class KeyTheoryAttribute : TheoryAttribute
    {
        public KeyTheoryAttribute() => Skip = Missing;
    }
}
