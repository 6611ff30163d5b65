using Temporalio.Activities;
using Temporalio.Converters;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>What cannot be a workflow or an activity, and that the message says what is wrong and where.</summary>
public sealed class DefinitionTests
{
    [Theory]
    [InlineData(typeof(object), "missing Workflow attribute")]
    [InlineData(typeof(Empty), "does not have a valid WorkflowRun method")]
    [InlineData(typeof(Inherited), "must be declared on")]
    [InlineData(typeof(Inherited), "Signalled() but not override")]
    [InlineData(typeof(Runs), "WorkflowRun on multiple")]
    [InlineData(typeof(Runs), "WorkflowRun on static")]
    [InlineData(typeof(Runs), "WorkflowRun on non-public")]
    [InlineData(typeof(Runs), "must return an instance of Task")]
    [InlineData(typeof(Runs), "WorkflowInit on multiple")]
    [InlineData(typeof(Init), "must match parameter types of WorkflowInit")]
    [InlineData(typeof(HiddenInit), "WorkflowInit on non-public")]
    [InlineData(typeof(Generic<int>), "has generic type arguments")]
    [InlineData(typeof(Generic<int>), "with WorkflowRun contains generic parameters")]
    [InlineData(typeof(Handlers), "One() must return Task")]
    [InlineData(typeof(Handlers), "TwoAsync() must return Task")]
    [InlineData(typeof(Handlers), "Hidden() must be public")]
    [InlineData(typeof(Handlers), "Shared() cannot be static")]
    [InlineData(typeof(Handlers), "more than one signal named Same")]
    [InlineData(typeof(Handlers), "AskedAsync() cannot return a Task")]
    [InlineData(typeof(Handlers), "Nothing() must return a value")]
    [InlineData(typeof(Handlers), "StaticAnswer cannot be static")]
    [InlineData(typeof(Handlers), "HiddenAnswer must have public getter")]
    [InlineData(typeof(Handlers), "more than one update validator for update method UpdateAsync")]
    [InlineData(typeof(Handlers), "Cannot find update method named Nowhere for WorkflowUpdateValidator")]
    [InlineData(typeof(Handlers), "Checks(System.String) must have the same parameters as System.Threading.Tasks.Task OtherAsync(Int32)")]
    [InlineData(typeof(Handlers), "Returns() must be void")]
    [InlineData(typeof(Handlers), "Query handler name __stack_trace cannot start with __stack_trace")]
    [InlineData(typeof(Handlers), "Signal handler name __temporal_own cannot start with __temporal")]
    [InlineData(typeof(Handlers), "can only be used in dynamic workflows")]
    [InlineData(typeof(Dynamic), "custom name for dynamic workflow")]
    [InlineData(typeof(Dynamic), "dynamic workflow must accept an array of IRawValue")]
    [InlineData(typeof(Dynamic), "more than one dynamic signal")]
    [InlineData(typeof(Dynamic), "Named(System.String, Temporalio.Converters.IRawValue[]) cannot be dynamic with custom name")]
    [InlineData(typeof(Dynamic), "Fewer(Temporalio.Converters.IRawValue[]) must accept string and an array of IRawValue")]
    [InlineData(typeof(Dynamic), "cannot be used more than once")]
    public void Workflow_ThatCannotBe_IsRefusedWithWhatIsWrong(Type type, string fault) =>
        Assert.Contains(fault, Assert.Throws<ArgumentException>(() => WorkflowDefinition.Create(type)).Message, StringComparison.Ordinal);

    [Fact]
    public void Activity_ThatCannotBe_IsRefusedWithWhatIsWrong()
    {
        Refused<ArgumentException>("missing Activity attribute", () => ActivityDefinition.Create(() => { }));
        Refused<ArgumentException>("appears to be a lambda", () => ActivityDefinition.Create([Activity] () => { }));
        Refused<ArgumentException>(
            "cannot be dynamic and have custom name",
            () => ActivityDefinition.Create([Activity("own", Dynamic = true)] (IRawValue[] _) => { })
        );
        Refused<ArgumentException>(
            "must accept a required array of IRawValue",
            () => ActivityDefinition.Create([Activity(Dynamic = true)] (string _) => { })
        );
        Refused<ArgumentException>("No activities", () => ActivityDefinition.CreateAll<object>(new()));
        Refused<InvalidOperationException>("Instance not provided", () => ActivityDefinition.CreateAll<Activities>(instance: null));
        Refused<ArgumentException>("contains generic parameters", () => ActivityDefinition.CreateAll(new Activities()));

        static void Refused<TException>(string fault, Func<object> create)
            where TException : Exception => Assert.Contains(fault, Assert.Throws<TException>(create).Message, StringComparison.Ordinal);
    }

    [Workflow]
    public sealed class Empty;

    public class Base
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal]
        public virtual Task Signalled() => Task.CompletedTask;
    }

    [Workflow]
    public sealed class Inherited : Base
    {
        public override Task Signalled() => Task.CompletedTask;
    }

    [Workflow]
    public sealed class Runs
    {
        [WorkflowInit]
        public Runs() { }

        [WorkflowInit]
        public Runs(int _) { }

        [WorkflowRun]
        public static Task OneAsync() => Task.CompletedTask;

        [WorkflowRun]
        public int Two() => 2;

        [WorkflowRun]
        internal Task ThreeAsync() => Task.CompletedTask;
    }

    [Workflow]
    public sealed class Init
    {
        [WorkflowInit]
        public Init(int _) { }

        [WorkflowRun]
        public Task RunAsync(string _) => Task.CompletedTask;
    }

    [Workflow]
    public sealed class HiddenInit
    {
        [WorkflowInit]
        internal HiddenInit() { }

        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;
    }

    [Workflow]
    public sealed class Generic<T>
    {
        [WorkflowRun]
        public Task RunAsync<TLocal>(TLocal _, T __) => Task.CompletedTask;
    }

    [Workflow]
    public sealed class Handlers
    {
        [WorkflowQuery]
        public static string StaticAnswer => "";

        [WorkflowQuery]
        internal string HiddenAnswer => "";

        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal]
        public void One() { }

        [WorkflowSignal]
        public Task<int> TwoAsync() => Task.FromResult(2);

        [WorkflowSignal]
        internal Task Hidden() => Task.CompletedTask;

        [WorkflowSignal]
        public static Task Shared() => Task.CompletedTask;

        [WorkflowSignal("Same")]
        public Task SameAsync() => Task.CompletedTask;

        [WorkflowSignal("Same")]
        public Task Same2Async() => Task.CompletedTask;

        [WorkflowSignal("__temporal_own")]
        public Task OwnAsync() => Task.CompletedTask;

        [WorkflowQuery]
        public Task<int> AskedAsync() => Task.FromResult(2);

        [WorkflowQuery]
        public void Nothing() { }

        [WorkflowQuery("__stack_trace")]
        public string Trace() => "";

        [WorkflowUpdate]
        public Task UpdateAsync() => Task.CompletedTask;

        [WorkflowUpdateValidator(nameof(UpdateAsync))]
        public void Check() { }

        [WorkflowUpdateValidator(nameof(UpdateAsync))]
        public void CheckToo() { }

        [WorkflowUpdateValidator("Nowhere")]
        public void CheckNowhere() { }

        [WorkflowUpdate]
        public Task OtherAsync(int _) => Task.CompletedTask;

        [WorkflowUpdateValidator(nameof(OtherAsync))]
        public void Checks(string _) { }

        [WorkflowUpdate]
        public Task ThirdAsync() => Task.CompletedTask;

        [WorkflowUpdateValidator(nameof(ThirdAsync))]
        public int Returns() => 3;

        [WorkflowDynamicOptions]
        public WorkflowDefinitionOptions Options() => new();
    }

    [Workflow("Own", Dynamic = true)]
    public sealed class Dynamic
    {
        [WorkflowRun]
        public Task RunAsync(int _) => Task.CompletedTask;

        [WorkflowSignal(Dynamic = true)]
        public Task First(string name, IRawValue[] _) => Task.CompletedTask;

        [WorkflowSignal(Dynamic = true)]
        public Task Second(string name, IRawValue[] _) => Task.CompletedTask;

        [WorkflowSignal("Own", Dynamic = true)]
        public Task Named(string name, IRawValue[] _) => Task.CompletedTask;

        [WorkflowSignal(Dynamic = true)]
        public Task Fewer(IRawValue[] _) => Task.CompletedTask;

        [WorkflowDynamicOptions]
        public WorkflowDefinitionOptions Options() => new();

        [WorkflowDynamicOptions]
        public WorkflowDefinitionOptions OptionsToo() => new();
    }

    public sealed class Activities
    {
        [Activity]
        public Task WorkAsync<T>(T _) => Task.CompletedTask;
    }
}
