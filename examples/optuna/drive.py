"""Optuna chooses, Tickwork's workers train: python3 drive.py 127.0.0.1:7077 study.yaml --trials 30 --parallel 4"""
import argparse, json, pathlib, sys, uuid
import grpc, optuna

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from pull_table import load_api

METRIC = "testError"


def suggest(trial):
    """The search space, as Optuna sees it; the study's factors say the same, and the coordinator refuses what is outside."""
    parameters = {
        "learningRate": trial.suggest_float("learningRate", 1e-4, 1e-1, log=True),
        "optimiser": trial.suggest_categorical("optimiser", ["sgd", "adam"]),
    }
    if parameters["optimiser"] == "sgd":
        parameters["momentum"] = trial.suggest_float("momentum", 0.5, 0.99)
    return parameters


class Sweep:
    """A sweep whose configurations an Optuna study asks for. One process drives it; trials run wherever there are workers."""

    def __init__(self, channel, study, study_yaml):
        api = load_api("tickwork/v1/sweep.proto", "tickwork/v1/result.proto", "tickwork/v1/search.proto")
        self.messages, sweeps = api["search_pb2"], api["sweep_pb2_grpc"].SweepServiceStub(channel)
        self.states = api["sweep_pb2"].TrialState
        self.search, self.study = api["search_pb2_grpc"].SearchServiceStub(channel), study
        request = api["sweep_pb2"].SubmitSweepRequest(request_id=str(uuid.uuid4()), study_yaml=study_yaml)
        self.name, self.running, self.ended = sweeps.SubmitSweep(request, timeout=30).name, {}, {}

    def ask(self):
        """One more configuration. The request id names the Optuna trial: asking again, after a lost answer, runs nothing twice."""
        trial = self.study.ask()
        request = self.messages.AskRequest(
            request_id=f"{self.study.study_name}-{trial.number}", parent=self.name, parameters_json=json.dumps(suggest(trial))
        )
        cell = self.search.Ask(request, timeout=30).trials[0].cell
        if cell in self.ended:  # The very configuration of an earlier trial: its result is known.
            self.tell(trial, self.ended[cell])
        else:
            self.running.setdefault(cell, []).append(trial)

    def report(self, report):
        """A point of a learning curve; the first trial of a cell decides whether it is pruned."""
        value = {metric.name: metric.value for metric in report.metrics}.get(METRIC)
        for trial in self.running.get(report.cell, [])[:1]:
            if value is None:
                return
            trial.report(value, report.train_epoch)
            if trial.should_prune():
                told = self.messages.TellPrunedRequest(
                    name=f"{self.name}/trials/{report.cell}",
                    reason=type(self.study.pruner).__name__,
                    train_epoch=report.train_epoch,
                    value=value,
                )
                try:
                    self.search.TellPruned(told, timeout=30)
                except grpc.RpcError as error:
                    if error.code() != grpc.StatusCode.FAILED_PRECONDITION:  # It has ended meanwhile.
                        raise

    def tell(self, trial, ended):
        value = {metric.name: metric.value for metric in ended.metrics}.get(METRIC)
        if ended.state == self.states.Value("TRIAL_STATE_SUCCEEDED") and value is not None:
            self.study.tell(trial, value)
        else:
            pruned = ended.state == self.states.Value("TRIAL_STATE_STOPPED")
            state = optuna.trial.TrialState.PRUNED if pruned else optuna.trial.TrialState.FAIL
            self.study.tell(trial, state=state)
        print(f"trial {trial.number}: cell {ended.cell}, {self.states.Name(ended.state)[12:].lower()}, {value}", flush=True)

    def drive(self, trials, parallel):
        """Keeps `parallel` configurations under way until `trials` have ended. A stream that breaks is opened again, and begins again."""
        while self.fill(trials, parallel):
            try:
                for message in self.search.WatchOutcomes(self.messages.WatchOutcomesRequest(parent=self.name), timeout=3600):
                    for report in message.reports:
                        self.report(report)
                    for ended in message.ended:
                        self.ended[ended.cell] = ended
                        for trial in self.running.pop(ended.cell, []):
                            self.tell(trial, ended)
                    if not self.fill(trials, parallel):
                        break
            except grpc.RpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                    raise
        end = self.messages.EndSearchRequest(request_id=f"{self.study.study_name}-end", name=self.name)
        self.search.EndSearch(end, timeout=30)

    def fill(self, trials, parallel):
        """Asks for as many configurations as may be under way. Returns whether any is."""
        while len(self.study.trials) < trials and sum(map(len, self.running.values())) < parallel:
            self.ask()
        return bool(self.running)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("study_file")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--parallel", type=int, default=2)
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="minimize",
        sampler=optuna.samplers.TPESampler(seed=1, n_startup_trials=5),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5),
    )
    with grpc.insecure_channel(options.address) as channel:
        sweep = Sweep(channel, study, pathlib.Path(options.study_file).read_text())
        print(sweep.name, flush=True)
        sweep.drive(options.trials, options.parallel)
    print(f"best {study.best_value:.4g} with {json.dumps(study.best_params)}")


if __name__ == "__main__":
    try:
        main()
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")
