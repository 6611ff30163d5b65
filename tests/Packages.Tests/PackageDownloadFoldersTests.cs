using Orchestrator.Gates.Packages;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Packages.Tests;

/// <summary>Caches elsewhere, as in container images and in settings of a user: each is found, so that a sandbox can open it.</summary>
public sealed class PackageDownloadFoldersTests : IDisposable
{
    private readonly TempFolder _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData("cargo", "CARGO_HOME=/usr/local/cargo", "/usr/local/cargo/registry /usr/local/cargo/git")]
    [InlineData("go", "GOPATH=/go:/other", "/go/pkg/mod /go/pkg/sumdb HOME/.cache/go-build")]
    [InlineData("go", "GOMODCACHE=/m GOCACHE=/b", "/m HOME/go/pkg/sumdb /b")]
    [InlineData("java", "MAVEN_OPTS=-Xmx1g;-Dmaven.repo.local=/m2", "/m2 HOME/.m2/wrapper HOME/.gradle/caches HOME/.gradle/wrapper")]
    [InlineData("mvn", "MAVEN_ARGS=-Dmaven.repo.local=/m2/", "/m2 HOME/.m2/wrapper")]
    [InlineData("gradle", "GRADLE_USER_HOME=/g", "/g/caches /g/wrapper")]
    [InlineData("npm", "NPM_CONFIG_CACHE=/n", "/n")]
    [InlineData("npm", "npm_config_cache=/n", "/n")]
    [InlineData("pnpm", "PNPM_HOME=/p XDG_CACHE_HOME=/c", "/p/store /c/pnpm")]
    [InlineData("bun", "BUN_INSTALL=/b", "/b/install/cache")]
    [InlineData("deno", "DENO_DIR=/d", "/d")]
    [InlineData("pip3", "PIP_CACHE_DIR=/p", "/p")]
    [InlineData("composer", "XDG_CACHE_HOME=/c", "/c/composer")]
    [InlineData("bundle", "GEM_HOME=/usr/local/bundle", "/usr/local/bundle HOME/.bundle/cache")]
    [InlineData("mix", "HEX_HOME=/h", "/h/packages")]
    [InlineData("dart", "PUB_CACHE=/d", "/d")]
    public void Of_VariablesNameAFolder_IsTheFolder(string program, string variables, string expected) =>
        Assert.Equal(expected, Find(program, [.. variables.Split(' ').Select(pair => pair.Replace(';', ' '))]));

    [Theory]
    [InlineData("go", ".config/go/env", "GOFLAGS=-v\nGOPATH=/go\n", "/go/pkg/mod /go/pkg/sumdb HOME/.cache/go-build")]
    [InlineData("npm", ".npmrc", "//r/:_authToken=x\ncache = ~/n\n", "HOME/n")]
    [InlineData("pnpm", ".npmrc", "store-dir=/s", "/s HOME/.cache/pnpm")]
    [InlineData("yarn", ".yarnrc", "cache-folder \"/y\"", "/y HOME/.yarn/berry")]
    [InlineData("pip", ".config/pip/pip.conf", "[global]\ncache-dir = /p\n", "/p")]
    [InlineData("uv", ".config/uv/uv.toml", "cache-dir = '/u'", "/u")]
    [InlineData("poetry", ".config/pypoetry/config.toml", "cache-dir = \"/p\"", "/p")]
    [InlineData("mvn", ".m2/settings.xml", "<settings>\n <localRepository>${user.home}/m</localRepository>", "HOME/m HOME/.m2/wrapper")]
    [InlineData("dotnet", ".nuget/NuGet/NuGet.Config", "<add key=\"globalPackagesFolder\" value=\"/n\" />", "/n HOME/.local/share/NuGet")]
    public void Of_SettingsOfTheUserNameAFolder_IsTheFolder(string program, string file, string text, string expected)
    {
        _machine.Write($"home/{file}", text);

        Assert.Equal(expected, Find(program, []));
    }

    [Fact]
    public void NamedAt_SettingsNameARepositoryOfMaven_ExtendsTheOptions()
    {
        _machine.Write("home/.m2/settings.xml", "<localRepository>/m</localRepository>");

        var found = Folders("mvn", ["MAVEN_OPTS=-Xmx1g"])[0];

        Assert.True(found.IsSet);
        Assert.Equal(("MAVEN_OPTS", "-Xmx1g -Dmaven.repo.local=/m"), found.NamedAt(found.Path));
    }

    /// <summary>A tool in a sandbox, or a gate, that does not get the variable looks elsewhere.</summary>
    [Fact]
    public void Variables_OfTheTable_ReachPrograms()
    {
        var caches = Ecosystems.Managers.SelectMany(manager => manager.Caches).ToList();
        string[] variables =
        [
            .. caches.Select(cache => cache.Variable).OfType<string>(),
            .. caches.SelectMany(cache => cache.Option?.Variables ?? []),
            .. Ecosystems.Homes.Select(home => home.Variable),
        ];

        Assert.All(variables, variable => Assert.True(EnvironmentVariableAllowlist.Contain(variable), variable));
    }

    private string Find(string program, string[] variables) =>
        string.Join(' ', Folders(program, variables).Select(found => found.Path.Replace(Home, "HOME", StringComparison.Ordinal)));

    private IReadOnlyList<PackageDownloadFolder> Folders(string program, string[] variables)
    {
        var path = _machine.WriteProgram($"bin/{program}", "");
        return PackageDownloadFolders.Of(
            variables
                .Select(pair => pair.Split('=', 2))
                .Append(["HOME", Home])
                .Append(["PATH", Path.GetDirectoryName(path)!])
                .ToDictionary(pair => pair[0], pair => pair[1])
        );
    }

    private string Home => Path.Combine(_machine.Path, "home");
}
