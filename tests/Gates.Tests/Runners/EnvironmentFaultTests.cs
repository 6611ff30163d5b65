using Orchestrator.Gates.Runners;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests.Runners;

/// <summary>Faults of the machine by ecosystem, in the words of its tools. None of them may count as red tests: a gate that could not run
/// would let broken work land.</summary>
public sealed class EnvironmentFaultTests
{
    [Theory]
    // Rust
    [InlineData(
        "cargo test",
        EnvironmentCause.ReadOnly,
        "error: failed to create directory `/c/registry/index`\n\nCaused by:\n  Read-only file system (os error 30)"
    )]
    [InlineData(
        "cargo test",
        EnvironmentCause.NoNetwork,
        "warning: spurious network error (1 try remaining): [6] Could not resolve hostname (Could not resolve "
            + "host: index.crates.io)\nerror: failed to get `itoa` as a dependency of package `p v0.1.0 (/w)`\n\nCaused "
            + "by:\n  download of config.json failed\n\nCaused by:\n  [6] Could not resolve hostname (Could not resolve "
            + "host: index.crates.io)"
    )]
    [InlineData(
        "cargo test",
        EnvironmentCause.NoSpace,
        "error: failed to write `/w/target/debug/deps/a.d`\n\nCaused by:\n  No space left on device (os error 28)"
    )]
    [InlineData(
        "cargo test",
        EnvironmentCause.Permission,
        "error: failed to open: /c/registry/.package-cache\n\nCaused by:\n  Permission denied (os error 13)"
    )]
    [InlineData(
        "cargo test",
        EnvironmentCause.MissingProgram,
        "error: linker `cc` not found\n  |\n  = note: No such file or directory (os error 2)\n\nerror: could "
            + "not compile `p` (lib test) due to 1 previous error"
    )]
    // Go
    [InlineData("go test ./...", EnvironmentCause.ReadOnly, "go: could not create module cache: mkdir /go/pkg: read-only file system")]
    [InlineData(
        "go test ./...",
        EnvironmentCause.NoNetwork,
        "a.go:3:8: github.com/a/b@v1.0.0: Get \"https://proxy.golang.org/github.com/a/b/@v/v1.0.0.zip\": dial "
            + "tcp: lookup proxy.golang.org: no such host"
    )]
    [InlineData(
        "go test ./...",
        EnvironmentCause.NoNetwork,
        "go: github.com/a/b@v1.0.0: Get \"https://proxy.golang.org/github.com/a/b/@v/v1.0.0.mod\": proxyconnect "
            + "tcp: dial tcp 127.0.0.1:3128: connect: connection refused"
    )]
    [InlineData("go test ./...", EnvironmentCause.NoSpace, "go: writing stat cache: write /go/pkg/mod/cache: no space left on device")]
    [InlineData(
        "go test ./...",
        EnvironmentCause.Permission,
        "failed to initialize build cache at /c/go-build: mkdir /c/go-build: permission denied"
    )]
    [InlineData(
        "go test ./...",
        EnvironmentCause.WrongVersion,
        "go: errors parsing go.mod:\ngo: go.mod requires go >= 1.30.0 (running go 1.22.1; GOTOOLCHAIN=local)"
    )]
    // JavaScript
    [InlineData("npm run test", EnvironmentCause.MissingPackage, "> a@1.0.0 test\n> jest\n\nsh: 1: jest: not found", 127)]
    [InlineData(
        "npx -c 'jest'",
        EnvironmentCause.NoNetwork,
        "npm error code EAI_AGAIN\nnpm error syscall getaddrinfo\nnpm error errno EAI_AGAIN\nnpm error request "
            + "to https://registry.npmjs.org/jest failed, reason: getaddrinfo EAI_AGAIN registry.npmjs.org"
    )]
    [InlineData(
        "npm run test",
        EnvironmentCause.ReadOnly,
        "npm error code EROFS\nnpm error syscall mkdir\nnpm error path /n/_cacache\nnpm error rofs EROFS: read-only "
            + "file system, mkdir '/n/_cacache'"
    )]
    [InlineData("npm run test", EnvironmentCause.NoSpace, "npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write")]
    [InlineData(
        "npm run test",
        EnvironmentCause.OutOfMemory,
        "<--- Last few GCs --->\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        134
    )]
    [InlineData(
        "pnpm run test",
        EnvironmentCause.WrongVersion,
        "ERR_PNPM_UNSUPPORTED_ENGINE  Unsupported environment (bad pnpm and/or Node.js version)\n\nYour Node "
            + "version is incompatible with \"/w\"."
    )]
    [InlineData(
        "pnpm run test",
        EnvironmentCause.NoNetwork,
        " ERR_PNPM_META_FETCH_FAIL  GET https://registry.npmjs.org/jest: request to https://registry.npmjs.org/jest "
            + "failed, reason: getaddrinfo ENOTFOUND registry.npmjs.org"
    )]
    [InlineData("yarn run test", EnvironmentCause.NoNetwork, "➤ YN0001: │ RequestError: getaddrinfo EAI_AGAIN registry.yarnpkg.com")]
    [InlineData(
        "deno test",
        EnvironmentCause.NoNetwork,
        "error: JSR package manifest for '@std/assert' failed to load. Import 'https://jsr.io/@std/assert/meta.json' "
            + "failed: error sending request for url (https://jsr.io/@std/assert/meta.json): client error (Connect): "
            + "dns error: failed to lookup address information"
    )]
    [InlineData(
        "deno test",
        EnvironmentCause.ReadOnly,
        "error: Could not create DENO_DIR\n\nCaused by:\n    Read-only file system (os error 30)"
    )]
    // Python
    [InlineData("python3 -m pytest", EnvironmentCause.MissingPackage, "/usr/bin/python3: No module named pytest")]
    [InlineData(
        "uv run pytest",
        EnvironmentCause.NoNetwork,
        "error: Failed to fetch: `https://pypi.org/simple/pytest/`\n  Caused by: Request failed after 3 retries\n"
            + "  Caused by: error sending request for url (https://pypi.org/simple/pytest/)\n  Caused by: client error "
            + "(Connect)\n  Caused by: dns error: failed to lookup address information: Temporary failure in name resolution",
        2
    )]
    [InlineData(
        "uv run pytest",
        EnvironmentCause.ReadOnly,
        "error: Could not create temporary file\n  Caused by: Read-only file system (os error 30) at path \"/u/.tmpA\"",
        2
    )]
    [InlineData(
        "poetry run pytest",
        EnvironmentCause.NoNetwork,
        "All attempts to connect to pypi.org failed.\n\nProbable Causes:\n - the server is not responding\nHTTPSConnectionPool("
            + "host='pypi.org', port=443): Max retries exceeded with url: /simple (Caused by NewConnectionError('Failed "
            + "to establish a new connection: [Errno -3] Temporary failure in name resolution'))"
    )]
    [InlineData(
        "tox",
        EnvironmentCause.NoNetwork,
        "py: install_deps> python -m pip install pytest\nWARNING: Retrying (Retry(total=0)) after connection "
            + "broken by 'NewConnectionError('<pip>: Failed to establish a new connection: [Errno -3] Temporary failure "
            + "in name resolution')': /simple/pytest/\nERROR: Could not find a version that satisfies the requirement "
            + "pytest (from versions: none)\nERROR: No matching distribution found for pytest"
    )]
    // Java
    [InlineData("mvn test", EnvironmentCause.ReadOnly, "[ERROR] Could not create local repository at /m/.m2/repository -> [Help 1]")]
    [InlineData(
        "mvn test",
        EnvironmentCause.NoNetwork,
        "[ERROR] Plugin org.apache.maven.plugins:maven-resources-plugin:3.3.1 or one of its dependencies could "
            + "not be resolved:\n[ERROR] \tCould not transfer artifact org.apache.maven.plugins:maven-resources-plugin:pom:3.3.1 "
            + "from/to central (https://repo.maven.apache.org/maven2): repo.maven.apache.org: Temporary failure in "
            + "name resolution"
    )]
    [InlineData(
        "./mvnw test",
        EnvironmentCause.NoNetwork,
        "Exception in thread \"main\" java.net.UnknownHostException: repo.maven.apache.org"
    )]
    [InlineData(
        "./gradlew test",
        EnvironmentCause.NoNetwork,
        "Downloading https://services.gradle.org/distributions/gradle-8.10-bin.zip\n\nException in thread \"main\" "
            + "java.net.UnknownHostException: services.gradle.org"
    )]
    [InlineData(
        "./gradlew test",
        EnvironmentCause.ReadOnly,
        "FAILURE: Build failed with an exception.\n\n* What went wrong:\nGradle could not start your build.\n"
            + "> Could not initialize native services.\n   > Failed to load native library: /g/native (Read-only file "
            + "system)"
    )]
    [InlineData(
        "gradle test",
        EnvironmentCause.NoSpace,
        "FAILURE: Build failed with an exception.\n\n* What went wrong:\njava.io.IOException: No space left on device"
    )]
    [InlineData(
        "mvn test",
        EnvironmentCause.WrongVersion,
        "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin:3.13.0:compile (default-compile) "
            + "on project a: Fatal error compiling: error: invalid target release: 25 -> [Help 1]"
    )]
    [InlineData(
        "mvn test",
        EnvironmentCause.MissingProgram,
        "The JAVA_HOME environment variable is not defined correctly,\nthis environment variable is needed to run this program."
    )]
    // .NET
    [InlineData(
        "dotnet test",
        EnvironmentCause.NoNetwork,
        "/w/a.csproj : error NU1301: Unable to load the service index for source https://api.nuget.org/v3/index.json."
    )]
    [InlineData("dotnet test", EnvironmentCause.ReadOnly, "/w/a.csproj : error NU1000: Read-only file system : '/n/packages/x'")]
    [InlineData(
        "dotnet test",
        EnvironmentCause.WrongVersion,
        "The command could not be loaded, possibly because:\n  * You intended to execute a .NET SDK command:\n"
            + "      A compatible .NET SDK was not found.\n\nRequested SDK version: 11.0.100",
        155
    )]
    [InlineData(
        "dotnet test",
        EnvironmentCause.NoSpace,
        "/w/a.csproj : error MSB3491: Could not write lines to file \"obj/a.txt\". No space left on device : '/w/obj/a.txt'"
    )]
    // Ruby
    [InlineData(
        "bundle exec rspec",
        EnvironmentCause.MissingPackage,
        "Could not find rspec-3.13.0, rspec-core-3.13.0 in locally installed gems\nRun `bundle install` to install missing gems.",
        7
    )]
    [InlineData(
        "bundle exec rspec",
        EnvironmentCause.MissingPackage,
        "bundler: command not found: rspec\nInstall missing gem executables with `bundle install`",
        127
    )]
    [InlineData(
        "bundle exec rails test",
        EnvironmentCause.MissingService,
        "ActiveRecord::ConnectionNotEstablished: connection to server at \"127.0.0.1\", port 5432 failed: Connection refused"
    )]
    // PHP
    [InlineData(
        "vendor/bin/phpunit",
        EnvironmentCause.MissingPackage,
        "PHP Warning:  require(/w/vendor/autoload.php): Failed to open stream: No such file or directory in /w/tests/bootstrap."
            + "php on line 3",
        255
    )]
    [InlineData(
        "composer test",
        EnvironmentCause.NoNetwork,
        "curl error 6 while downloading https://repo.packagist.org/packages.json: Could not resolve host: repo.packagist.org",
        100
    )]
    // Elixir
    [InlineData(
        "mix test",
        EnvironmentCause.MissingPackage,
        "Unchecked dependencies for environment test:\n* jason (Hex package)\n  the dependency is not available, "
            + "run \"mix deps.get\"\n** (Mix) Can't continue due to errors on dependencies"
    )]
    [InlineData(
        "mix test",
        EnvironmentCause.NoNetwork,
        "** (Mix) httpc request failed with: {:failed_connect, [{:to_address, {~c\"builds.hex.pm\", 443}}, {:inet, [:inet], :nxdomain}]}"
    )]
    // C, make
    [InlineData(
        "make test",
        EnvironmentCause.MissingProgram,
        "make: cc: No such file or directory\nmake: *** [<builtin>: a.o] Error 127",
        2
    )]
    [InlineData(
        "ctest",
        EnvironmentCause.NoSpace,
        "fatal error: error writing to /tmp/ccA.s: No space left on device\ncompilation terminated.",
        8
    )]
    public void Read_FaultOfTheMachine_IsNoVerdict(string command, EnvironmentCause cause, string output, int exitCode = 1)
    {
        var facts = GateProgramOutputClassifier.Read(
            new GateCommandResult
            {
                Output = GateOutputCollector.Of(output),
                Command = command,
                ExitCode = exitCode,
                Directory = "/w",
                Manifests = ["""{"scripts": {"test": "jest"}, "devDependencies": {"jest": "29"}}"""],
            }
        );

        Assert.Equal((GateOutcomeKind.Environment, (EnvironmentCause?)cause), (facts.Kind, facts.Environment));
    }
}
